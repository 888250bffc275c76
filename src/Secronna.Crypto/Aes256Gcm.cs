namespace Secronna.Crypto;

/// <summary>
/// The sizes of AES-256-GCM as it is used here (NIST SP 800-38D), in bytes. Every key of the key hierarchy has the length of an
/// AES-256 key.
/// </summary>
public static class Aes256Gcm
{
    /// <summary>Size of a key: 256 bits.</summary>
    public const int KeySize = 32;

    /// <summary>
    /// Size of a nonce: 96 bits. GCM uses a nonce of this length unchanged, and hashes any other nonce first (section 7.1).
    /// </summary>
    public const int NonceSize = 12;

    /// <summary>Size of a tag: 128 bits, the longest that the standard allows.</summary>
    public const int TagSize = 16;

    /// <exception cref="ArgumentException">The key isn't 32 bytes long.</exception>
    internal static void RequireKey(ReadOnlySpan<byte> key, string parameter)
    {
        if (key.Length != KeySize)
        {
            throw new ArgumentException("A key is 32 bytes long.", parameter);
        }
    }
}
