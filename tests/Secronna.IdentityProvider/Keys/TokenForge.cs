using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Secronna.IdentityProvider.People;

namespace Secronna.IdentityProvider.Keys;

/// <summary>
/// Makes tokens that the provider would not: with any header and payload, exactly as given, and with a valid signature or a
/// forged one of a known kind.
/// </summary>
public sealed class TokenForge
{
    private readonly KeyRing keys;
    private readonly ProviderOptions options;
    private readonly Func<string> issuer;

    internal TokenForge(KeyRing keys, ProviderOptions options, Func<string> issuer)
    {
        this.keys = keys;
        this.options = options;
        this.issuer = issuer;
    }

    /// <summary>Returns the claims of a real access token of a person, issued now, for a test to change.</summary>
    public JsonObject ClaimsOf(Person person, string scope = "openid profile email")
    {
        var now = options.TimeProvider.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = issuer(),
            ["sub"] = person.Sub,
            ["aud"] = options.Audiences is [var only]
                ? only
                : new JsonArray([.. options.Audiences.Select(audience => JsonValue.Create(audience))]),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + options.AccessTokenLifetime).ToUnixTimeSeconds(),
            ["client_id"] = options.ClientId,
            ["scope"] = scope,
            ["jti"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12)),
        };
        foreach (var (name, value) in TokenClaims.Of(person))
        {
            claims[name] = value is bool flag ? JsonValue.Create(flag) : JsonValue.Create((string)value);
        }

        return claims;
    }

    /// <summary>Returns the header of a real access token that a key signs.</summary>
    public static string HeaderOf(SigningKey key) =>
        new JsonObject { ["alg"] = key.Algorithm.ToString(), ["kid"] = key.Kid, ["typ"] = "at+jwt" }.ToJsonString();

    /// <summary>Signs claims with the header of a real token, by the provider's current key if none is given.</summary>
    public string Sign(JsonObject claims, SigningKey? key = null) => Sign(claims.ToJsonString(), key: key);

    /// <summary>
    /// Signs a header and a payload as they are, even if they are not JSON or have a member twice. <c>null</c> for the header
    /// means the header of a real token.
    /// </summary>
    public string Sign(string payload, string? header = null, SigningKey? key = null)
    {
        var signer = key ?? keys.Current;
        return Assemble(header ?? HeaderOf(signer), payload, signer.Sign);
    }

    /// <summary>Signs with HMAC-SHA-256 and any key, such as the text of a public key.</summary>
    public static string SignHmac(string header, string payload, byte[] key) =>
        Assemble(header, payload, data => HMACSHA256.HashData(key, data));

    /// <summary>Makes a token without a signature, as with algorithm <c>none</c>: it ends with a dot.</summary>
    public static string SignNone(string header, string payload) => Assemble(header, payload, _ => []);

    /// <summary>
    /// Makes a token whose signature is all zeros: some libraries accepted R = S = 0 for any message (CVE-2022-21449).
    /// </summary>
    public static string SignZero(string header, string payload, int length = 64) =>
        Assemble(header, payload, _ => new byte[length]);

    /// <summary>Makes a token of a header, a payload and the signature that a function returns for them.</summary>
    public static string Assemble(string header, string payload, Signature sign)
    {
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Encode(string part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part));
}

/// <summary>Makes a signature over the ASCII bytes of a token's first two parts.</summary>
public delegate byte[] Signature(ReadOnlySpan<byte> data);
