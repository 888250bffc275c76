using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>HMAC-SHA256 (RFC 2104), for data that is stored only as a hash (S25) or that nobody else may forge.</summary>
public static class KeyedHash
{
    /// <summary>The size of a hash in bytes.</summary>
    public const int Size = HMACSHA256.HashSizeInBytes;

    /// <summary>Writes the hash of the data.</summary>
    /// <exception cref="ArgumentException">The key is shorter than 32 bytes, or the hash isn't 32 bytes.</exception>
    public static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> hash)
    {
        if (key.Length < Aes256Gcm.KeySize)
        {
            throw new ArgumentException("A key is at least 32 bytes long.", nameof(key));
        }

        if (hash.Length != Size)
        {
            throw new ArgumentException("A hash is 32 bytes long.", nameof(hash));
        }

        HMACSHA256.HashData(key, data, hash);
    }

    /// <summary>
    /// Compares two hashes in constant time (S25). The result is false if one of them doesn't have the length of a hash.
    /// </summary>
    public static bool Equal(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
        a.Length == Size && CryptographicOperations.FixedTimeEquals(a, b);
}
