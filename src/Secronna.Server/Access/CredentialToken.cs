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
    public const int PrefixLength = 16;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private static readonly System.Buffers.SearchValues<char> Characters = System.Buffers.SearchValues.Create(Alphabet);

    private const int NameLength = 8;

    // 52 characters of 5 bits hold 256 bits and 4 more.
    private const int SecretLength = 52;
    public const int Length = PrefixLength + SecretLength;

    // Room for an id, a workspace's id, and what is between them.
    private const int MostBound = 512;

    public static string New(string kind) =>
        KeyTokens.StartOf(kind)
        + RandomNumberGenerator.GetString(Alphabet, NameLength)
        + RandomNumberGenerator.GetString(Alphabet, SecretLength);

    public static string Prefix(string token) => token[..PrefixLength];

    public static bool HasForm(ReadOnlySpan<char> token) =>
        token.Length == Length
        && (token.StartsWith(KeyTokens.ApiKeyStart) || token.StartsWith(KeyTokens.AccessKeyStart))
        && !token[PrefixLength..].ContainsAnyExcept(Characters)
        && !token[KeyTokens.ApiKeyStart.Length..PrefixLength].ContainsAnyExcept(Characters);

    public static byte[] Hash(InstallationKeys keys, string workspaceId, string id, string token)
    {
        var hash = new byte[Crypto.KeyedHash.Size];
        Hash(keys, workspaceId, id, token, hash);
        return hash;
    }

    /// <summary>
    /// The keyed hash that is stored: of the token, bound to the credential's id and workspace, so that a row moved to
    /// another workspace opens nothing there. The kind is the token's own beginning.
    /// </summary>
    public static void Hash(InstallationKeys keys, string workspaceId, string id, ReadOnlySpan<char> token, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[Length + MostBound];
        try
        {
            var length = Encoding.ASCII.GetBytes(token, bytes);
            length += Encoding.UTF8.GetBytes(id, bytes[length..]);
            bytes[length++] = 0;
            length += Encoding.UTF8.GetBytes(workspaceId, bytes[length..]);
            keys.HashCredential(bytes[..length], hash);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
