using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Secronna.Server.Access.Tokens;

/// <summary>The keys of a JWKS (RFC 7517) that tokens are verified by: those that are meant for it, and strong enough.</summary>
internal sealed class VerificationKeys
{
    /// <summary>Families of signatures by keys that the provider alone has: never one whose key is public, and never none.</summary>
    public static readonly string[] Algorithms = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512"];

    private const int LeastRsaBits = 2_048;

    private readonly List<Entry> entries;

    private VerificationKeys(List<Entry> entries) => this.entries = entries;

    public bool IsEmpty => entries.Count == 0;

    /// <summary>The keys in a JWKS, also where there are none: then the provider has withdrawn them all.</summary>
    /// <exception cref="JsonException">It is no JWKS.</exception>
    public static VerificationKeys Read(ReadOnlyMemory<byte> json)
    {
        using var document = StrictJson.Object(json);
        if (document is null || !document.RootElement.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException();
        }

        return new([.. keys.EnumerateArray().Select(Usable).OfType<Entry>()]);
    }

    /// <summary>Whether there is a key of this id, for whatever algorithm.</summary>
    public bool Knows(string id) => entries.Exists(entry => entry.Key.KeyId == id);

    /// <summary>The key of this id, where it is one for this algorithm.</summary>
    public SecurityKey? Find(string id, string algorithm) =>
        entries.Find(entry => entry.Key.KeyId == id && entry.IsFor(algorithm))?.Key;

    // Others are left out and the rest is used (RFC 7517, section 5).
    private static Entry? Usable(JsonElement json)
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

        // The key is what it says itself, not what a certificate beside it says.
        key.X5c.Clear();
        return JsonWebKeyConverter.TryConvertToSecurityKey(key, out var usable) && (usable is not RsaSecurityKey || usable.KeySize >= LeastRsaBits)
            ? new Entry(usable, key.Kty, key.Alg)
            : null;
    }

    private sealed record Entry(SecurityKey Key, string Type, string? Algorithm)
    {
        public bool IsFor(string algorithm) => (Algorithm is null || Algorithm == algorithm)
            && Type == (algorithm.StartsWith("RS", StringComparison.Ordinal) ? JsonWebAlgorithmsKeyTypes.RSA : JsonWebAlgorithmsKeyTypes.EllipticCurve);
    }
}
