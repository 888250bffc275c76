using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>Keys for what is no secret's, each from the installation key under its own label (S2).</summary>
public static class DerivedKey
{
    // "secronna derived key" | format | label
    private const byte Format = 1;
    private const int PrefixSize = 21;

    /// <summary>
    /// Fills <paramref name="key"/> by HKDF-Expand with SHA-256 (RFC 5869 section 3.3: the installation key is uniformly
    /// random already). Different labels give unrelated keys; one label gives the same bytes at any length, so a label has
    /// one length.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The installation key isn't 32 bytes, the label isn't 1 to 128 bytes of UTF-8, or the key isn't 1 to 8160 bytes.
    /// </exception>
    public static void Derive(ReadOnlySpan<byte> installationKey, string label, Span<byte> key)
    {
        BoxFormat.RequireKey(installationKey, nameof(installationKey));
        Span<byte> info = stackalloc byte[PrefixSize + IdBytes.MaxSize];
        "secronna derived key"u8.CopyTo(info);
        info[PrefixSize - 1] = Format;
        if (!IdBytes.TryWrite(label, info[PrefixSize..], out var size))
            throw new ArgumentException("A label is 1 to 128 bytes of UTF-8.", nameof(label));
        HKDF.Expand(HashAlgorithmName.SHA256, installationKey, key, info[..(PrefixSize + size)]);
    }
}
