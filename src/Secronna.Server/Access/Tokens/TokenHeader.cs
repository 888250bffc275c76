namespace Secronna.Server.Access.Tokens;

/// <summary>What a token says of how it is to be verified (RFC 7515, section 4.1). Anyone may have written it.</summary>
internal sealed record TokenHeader(string Algorithm, string Type, string KeyId)
{
    // What would have it read in another way than as plain JSON that is all there.
    private static readonly string[] NotUnderstood = ["crit", "zip", "b64", "cty"];

    /// <summary>The header; null when it lacks what it must have, has what it must not, or says something twice.</summary>
    public static TokenHeader? Read(ReadOnlyMemory<byte> json)
    {
        using var document = StrictJson.Object(json);
        return document?.RootElement is { } header
            && !NotUnderstood.Any(name => header.TryGetProperty(name, out _))
            && StrictJson.Text(header, "alg") is { } algorithm
            && StrictJson.Text(header, "typ") is { } type
            && StrictJson.Text(header, "kid") is { Length: > 0 } keyId
            ? new TokenHeader(algorithm, type, keyId)
            : null;
    }
}
