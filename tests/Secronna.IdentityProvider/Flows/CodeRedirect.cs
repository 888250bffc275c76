using System.Net;
using Microsoft.AspNetCore.WebUtilities;

namespace Secronna.IdentityProvider.Flows;

/// <summary>
/// The redirect of the browser after the sign-in. If the provider cannot trust the request's redirect URI, there is no location and
/// the provider shows the error itself.
/// </summary>
public sealed record CodeRedirect
{
    public required HttpStatusCode Status { get; init; }

    public Uri? Location { get; init; }

    public string? Code { get; init; }

    public string? State { get; init; }

    /// <summary>The issuer, by which a client knows which provider answers (RFC 9207).</summary>
    public string? Issuer { get; init; }

    public string? Error { get; init; }

    internal static async Task<CodeRedirect> ReadAsync(HttpResponseMessage response)
    {
        if (response.Headers.Location is not { } location)
        {
            var text = await response.Content.ReadAsStringAsync();
            var error = text.Split('\n').FirstOrDefault(line => line.StartsWith("error:", StringComparison.Ordinal));
            return new CodeRedirect { Status = response.StatusCode, Error = error?["error:".Length..].Trim() };
        }

        var query = QueryHelpers.ParseQuery(location.Query);
        string? Text(string name) => query.TryGetValue(name, out var value) ? value.ToString() : null;
        return new CodeRedirect
        {
            Status = response.StatusCode,
            Location = location,
            Code = Text("code"),
            State = Text("state"),
            Issuer = Text("iss"),
            Error = Text("error"),
        };
    }
}
