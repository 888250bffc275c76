using System.Net.Http.Headers;
using Secronna.Client.Http;

namespace Secronna.Client;

/// <summary>Turns API requests into HTTP requests: address, credential, body and headers.</summary>
internal sealed class RequestMessages(Uri server, SecronnaClientOptions options)
{
    private const string TokenVariable = "SECRONNA_TOKEN";

    /// <exception cref="SecronnaException">
    /// AUTH_REQUIRED: there is no token. VALIDATION_ERROR: the token is malformed.
    /// </exception>
    public async ValueTask<HttpRequestMessage> CreateAsync(
        ApiRequest request, string? idempotencyKey, CancellationToken cancellation)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(server.OriginalString + request.Path));
        if (await TokenAsync(request, cancellation).ConfigureAwait(false) is { } token)
        {
            message.Headers.Authorization = token.All(IsTokenCharacter)
                ? new AuthenticationHeaderValue("Bearer", token)
                : throw ClientErrors.MalformedToken();
        }

        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (idempotencyKey is not null)
        {
            message.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        // A revision that is no valid entity tag cannot come from a server, so no server can know it.
        if (request.KnownRevision is { } revision && EntityTagHeaderValue.TryParse($"\"{revision}\"", out var known))
        {
            message.Headers.IfNoneMatch.Add(known);
        }

        return message;
    }

    private async ValueTask<string?> TokenAsync(ApiRequest request, CancellationToken cancellation)
    {
        if (request.IsAnonymous)
        {
            return null;
        }

        return options.TokenSource is { } source
            ? await source(cancellation).ConfigureAwait(false)
            : options.Token ?? EnvironmentVariable.Read(TokenVariable) ?? throw ClientErrors.NoToken(TokenVariable);
    }

    // The characters of token68 (RFC 9110, section 11.2).
    private static bool IsTokenCharacter(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or '~' or '+' or '/' or '=';
}
