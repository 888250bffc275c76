using System.Net;
using System.Text.Json;

namespace Secronna.IdentityProvider.Flows;

/// <summary>An answer of the token endpoint: tokens, or an OAuth error code.</summary>
public sealed record TokenAnswer
{
    public required HttpStatusCode Status { get; init; }

    public string? AccessToken { get; init; }

    public string? RefreshToken { get; init; }

    public string? IdToken { get; init; }

    public string? TokenType { get; init; }

    /// <summary>The access token's lifetime in seconds.</summary>
    public long? ExpiresIn { get; init; }

    /// <summary>The granted scopes; <c>null</c> if they are the requested ones.</summary>
    public string? Scope { get; init; }

    public string? Error { get; init; }

    public string? ErrorDescription { get; init; }

    /// <summary>Returns this answer if it has tokens.</summary>
    /// <exception cref="InvalidOperationException">The answer is an error.</exception>
    public TokenAnswer OrThrow() => AccessToken is not null
        ? this
        : throw new InvalidOperationException($"no token, but {Status}: {Error}: {ErrorDescription}");

    internal static async Task<TokenAnswer> ReadAsync(HttpResponseMessage response)
    {
        await using var body = await response.Content.ReadAsStreamAsync();
        using var json = await JsonDocument.ParseAsync(body);
        string? Text(string name) => json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
        return new TokenAnswer
        {
            Status = response.StatusCode,
            AccessToken = Text("access_token"),
            RefreshToken = Text("refresh_token"),
            IdToken = Text("id_token"),
            TokenType = Text("token_type"),
            ExpiresIn = json.RootElement.TryGetProperty("expires_in", out var seconds) ? seconds.GetInt64() : null,
            Scope = Text("scope"),
            Error = Text("error"),
            ErrorDescription = Text("error_description"),
        };
    }
}
