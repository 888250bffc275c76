using System.Text.Json;

namespace Secronna.Server.Access.Tokens;

/// <summary>The header of a token, which says how to verify it (RFC 7515, section 4.1). Nothing in it is trusted.</summary>
/// <param name="Algorithm">The signature algorithm, <c>alg</c>.</param>
/// <param name="Type">The type of the token, <c>typ</c>; <c>null</c> if the header has none.</param>
/// <param name="KeyId">The id of the key that signed the token, <c>kid</c>.</param>
internal sealed record TokenHeader(string Algorithm, string? Type, string KeyId)
{
    // Parameters that change how the token must be read. This server reads plain JSON payloads only, so it refuses them.
    private static readonly string[] UnsupportedParameters = ["crit", "zip", "b64", "cty"];

    /// <summary>
    /// Reads a header; <c>null</c> if it lacks a required parameter, has an unsupported one, or has one twice.
    /// </summary>
    public static TokenHeader? Read(ReadOnlyMemory<byte> json)
    {
        using var document = StrictJson.ParseObject(json);
        return document?.RootElement is { } header
            && !UnsupportedParameters.Any(name => header.TryGetProperty(name, out _))
            && StrictJson.Text(header, "alg") is { } algorithm
            && (!header.TryGetProperty("typ", out var typ) || typ.ValueKind == JsonValueKind.String)
            && StrictJson.Text(header, "kid") is { Length: > 0 } keyId
            ? new TokenHeader(algorithm, StrictJson.Text(header, "typ"), keyId)
            : null;
    }
}
