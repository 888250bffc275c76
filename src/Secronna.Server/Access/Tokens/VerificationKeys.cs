using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Secronna.Server.Access.Tokens;

/// <summary>The keys of a JWKS (RFC 7517) that may verify tokens. They are meant for signatures and are strong enough.</summary>
internal sealed class VerificationKeys
{
    /// <summary>
    /// The accepted signature algorithms. All of them are asymmetric. With a symmetric algorithm, anyone could sign with the
    /// published key. With <c>none</c>, nothing is signed.
    /// </summary>
    public static readonly string[] Algorithms = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512"];

    private const int MinRsaBits = 2_048;

    private readonly List<PublishedKey> entries;

    private VerificationKeys(List<PublishedKey> entries) => this.entries = entries;

    /// <summary>Whether there is no key that may verify tokens.</summary>
    public bool IsEmpty => entries.Count == 0;

    /// <summary>Reads a JWKS. A JWKS without keys is valid: the provider has then withdrawn all its keys.</summary>
    /// <exception cref="JsonException">The text is no JWKS.</exception>
    public static VerificationKeys Read(ReadOnlyMemory<byte> json)
    {
        using var document = StrictJson.ParseObject(json);
        if (document is null || !document.RootElement.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException();
        }

        return new([.. keys.EnumerateArray().Select(ReadUsable).OfType<PublishedKey>()]);
    }

    /// <summary>The key with this id, if it is meant for this algorithm; otherwise <c>null</c>.</summary>
    public SecurityKey? Find(string id, string algorithm) =>
        entries.Find(entry => entry.Key.KeyId == id && entry.IsFor(algorithm))?.Key;

    // An unusable key is skipped, and the others are used (RFC 7517, section 5). For JSON that is not a key at all, the library
    // throws exceptions of many types.
    private static PublishedKey? ReadUsable(JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object ? ReadKey(json) : null;
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static PublishedKey? ReadKey(JsonElement json)
    {
        var key = new JsonWebKey(json.GetRawText());
        if (string.IsNullOrEmpty(key.Kid)
            || key.Kty is not (JsonWebAlgorithmsKeyTypes.RSA or JsonWebAlgorithmsKeyTypes.EllipticCurve)
            || key.Use is not (null or JsonWebKeyUseNames.Sig)
            || (json.TryGetProperty("key_ops", out _) && !key.KeyOps.Contains("verify"))
            || (key.Alg is not null && !Algorithms.Contains(key.Alg)))
        {
            return null;
        }

        // The key comes from its own parameters, never from a certificate beside them.
        key.X5c.Clear();
        return JsonWebKeyConverter.TryConvertToSecurityKey(key, out var usable)
            && (usable is not RsaSecurityKey || usable.KeySize >= MinRsaBits)
            ? new PublishedKey(usable, key.Kty, key.Alg)
            : null;
    }

    private sealed record PublishedKey(SecurityKey Key, string Type, string? Algorithm)
    {
        public bool IsFor(string algorithm) => (Algorithm is null || Algorithm == algorithm)
            && Type == (algorithm.StartsWith("RS", StringComparison.Ordinal) ? JsonWebAlgorithmsKeyTypes.RSA : JsonWebAlgorithmsKeyTypes.EllipticCurve);
    }
}
