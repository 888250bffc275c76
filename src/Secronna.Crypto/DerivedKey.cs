using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// Keys for purposes other than sealing secrets, such as keyed hashes. Each is derived from the installation key under its own
/// label (S2).
/// </summary>
public static class DerivedKey
{
    // The info of the expansion: "secronna derived key" | format | label
    private const byte Format = 1;
    private const int PrefixSize = 21;

    /// <summary>
    /// Fills <paramref name="key"/> by HKDF-Expand with SHA-256. There is no extract step, because the installation key is
    /// uniformly random already (RFC 5869 section 3.3).
    /// </summary>
    /// <remarks>
    /// Different labels give unrelated keys. Under one label a shorter key is a prefix of a longer one, so each label must be
    /// used with one length.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// The installation key isn't 32 bytes, the label isn't 1 to 128 bytes of UTF-8, or the key isn't 1 to 8160 bytes.
    /// </exception>
    public static void Derive(ReadOnlySpan<byte> installationKey, string label, Span<byte> key)
    {
        Aes256Gcm.RequireKey(installationKey, nameof(installationKey));
        Span<byte> info = stackalloc byte[PrefixSize + IdBytes.MaxSize];
        "secronna derived key"u8.CopyTo(info);
        info[PrefixSize - 1] = Format;
        if (!IdBytes.TryWrite(label, info[PrefixSize..], out var size))
        {
            throw new ArgumentException("A label is 1 to 128 bytes of UTF-8.", nameof(label));
        }

        HKDF.Expand(HashAlgorithmName.SHA256, installationKey, key, info[..(PrefixSize + size)]);
    }
}
