using System.Security.Cryptography;
using System.Text;
using Secronna.Protocol;
using Secronna.Server.Installation;

namespace Secronna.Server.Access;

/// <summary>
/// Tokens of API keys and access keys: <c>sk_live_</c> or <c>st_live_</c>, eight random characters by which the row is
/// found (with the kind, the public prefix), and 256 random bits in base 32. Only a keyed hash is stored (S25).
/// </summary>
internal static class CredentialToken
{
    public const string ApiKeyStart = "sk_live_";
    public const string AccessKeyStart = "st_live_";
    public const int PrefixLength = 16;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private static readonly System.Buffers.SearchValues<char> Characters = System.Buffers.SearchValues.Create(Alphabet);

    private const int NameLength = 8;

    // 52 characters of 5 bits hold 256 bits and 4 more.
    private const int SecretLength = 52;
    public const int Length = PrefixLength + SecretLength;

    public static string New(string kind) =>
        (kind == ActorTypes.ApiKey ? ApiKeyStart : AccessKeyStart)
        + RandomNumberGenerator.GetString(Alphabet, NameLength)
        + RandomNumberGenerator.GetString(Alphabet, SecretLength);

    public static string Prefix(string token) => token[..PrefixLength];

    public static bool HasForm(ReadOnlySpan<char> token) =>
        token.Length == Length
        && (token.StartsWith(ApiKeyStart) || token.StartsWith(AccessKeyStart))
        && !token[PrefixLength..].ContainsAnyExcept(Characters)
        && !token[ApiKeyStart.Length..PrefixLength].ContainsAnyExcept(Characters);

    public static byte[] Hash(InstallationKeys keys, string token)
    {
        var hash = new byte[Crypto.KeyedHash.Size];
        Hash(keys, token, hash);
        return hash;
    }

    public static void Hash(InstallationKeys keys, ReadOnlySpan<char> token, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        try
        {
            Encoding.ASCII.GetBytes(token, bytes);
            keys.HashCredential(bytes, hash);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
