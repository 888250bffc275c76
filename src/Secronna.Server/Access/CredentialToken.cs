using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Installation;

namespace Secronna.Server.Access;

/// <summary>
/// Tokens of API keys and access keys (S25): <c>sk_live_</c> or <c>st_live_</c>, then eight random characters, then 256 random
/// bits in base 32. The first 16 characters are the public prefix, which serves to find the credential's row. Only a keyed hash
/// of the token is stored.
/// </summary>
internal static class CredentialToken
{
    /// <summary>The length of the public prefix, in characters.</summary>
    public const int PrefixLength = 16;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int NameLength = 8;

    // 52 characters of 5 bits are 260 bits, the fewest that hold 256.
    private const int SecretLength = 52;

    /// <summary>The length of a token, in characters.</summary>
    public const int Length = PrefixLength + SecretLength;

    // Room for the ids that a hash is bound to, and for the byte between them.
    private const int MaxBoundBytes = 512;

    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);

    /// <summary>A new random token for a credential of this kind (<see cref="ActorTypes"/>).</summary>
    public static string New(string kind) =>
        KeyTokens.StartOf(kind)
        + RandomNumberGenerator.GetString(Alphabet, NameLength)
        + RandomNumberGenerator.GetString(Alphabet, SecretLength);

    /// <summary>The public prefix of a token that is well formed.</summary>
    public static string Prefix(string token) => token[..PrefixLength];

    /// <summary>Whether the text has the form of a token. That says nothing of whether such a credential exists.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> token) =>
        token.Length == Length
        && (token.StartsWith(KeyTokens.ApiKeyStart) || token.StartsWith(KeyTokens.AccessKeyStart))
        && !token[PrefixLength..].ContainsAnyExcept(Characters)
        && !token[KeyTokens.ApiKeyStart.Length..PrefixLength].ContainsAnyExcept(Characters);

    /// <inheritdoc cref="Hash(InstallationKeys, string, string, ReadOnlySpan{char}, Span{byte})"/>
    public static byte[] Hash(InstallationKeys keys, string workspaceId, string id, string token)
    {
        var hash = new byte[KeyedHash.Size];
        Hash(keys, workspaceId, id, token, hash);
        return hash;
    }

    /// <summary>
    /// Computes the keyed hash that is stored for a token. The hash also covers the credential's id and workspace, so that a row
    /// that was moved to another workspace admits nobody there. It covers the credential's kind too, because the token begins
    /// with it.
    /// </summary>
    public static void Hash(InstallationKeys keys, string workspaceId, string id, ReadOnlySpan<char> token, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[Length + MaxBoundBytes];
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
