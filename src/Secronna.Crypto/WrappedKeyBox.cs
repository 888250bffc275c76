// A wrapped key:
//
//   0        1           2          18      30              62     78
//   | format | algorithm | key name | nonce | ciphertext    | tag  |
//   |      1 |         1 |       16 |    12 |            32 |   16 |
//   '-------------- header ----------------'
//
// The format is 1 for a key that a master key wraps. For a data key it is 2, or 1 if it was wrapped before the secret's key was
// bound (AssociatedData.cs).
//
// The key name is the name of the wrapping key: a KEK wraps data keys, a master key wraps KEKs and the installation key, and a key
// that is derived from the installation key wraps the log key's seed.
// AssociatedData.cs describes the associated data.

using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>A 32-byte key sealed under another key with AES-256-GCM (S5, NIST SP 800-38D).</summary>
/// <remarks>
/// A wrapping key makes many wraps, so each wrap needs a fresh random nonce of 96 bits. Fewer than 2^30 wraps by one key keep the
/// probability of a repeated nonce below the bound of NIST SP 800-38D section 8.3. <see cref="KekPolicy.MaxWraps"/> enforces the
/// limit for KEKs (S7). A master key wraps only KEKs, check boxes and the installation key, which are far fewer.
/// </remarks>
internal static class WrappedKeyBox
{
    public const int HeaderSize = NonceStart + Aes256Gcm.NonceSize;

    private const int NameStart = 2;
    private const int NonceStart = NameStart + KeyName.Size;
    private const int Size = HeaderSize + Aes256Gcm.KeySize + Aes256Gcm.TagSize;

    /// <summary>Wraps the key. The nonce must be fresh and random.</summary>
    public static byte[] Seal(
        ReadOnlySpan<byte> wrappingKey, KeyName name, ReadOnlySpan<byte> nonce, AssociatedData associatedData,
        ReadOnlySpan<byte> key)
    {
        Aes256Gcm.RequireKey(wrappingKey, nameof(wrappingKey));
        using var aes = new AesGcm(wrappingKey, Aes256Gcm.TagSize);
        return Seal(aes, name, nonce, associatedData, key);
    }

    /// <summary>Wraps the key with a prepared wrapping key. The nonce must be fresh and random.</summary>
    public static byte[] Seal(
        AesGcm wrappingKey, KeyName name, ReadOnlySpan<byte> nonce, AssociatedData associatedData, ReadOnlySpan<byte> key)
    {
        Aes256Gcm.RequireKey(key, nameof(key));
        associatedData.RequireUsable();
        var box = new byte[Size];
        var header = box.AsSpan(0, HeaderSize);
        WriteHeader(header, associatedData.Format, name, nonce);
        wrappingKey.Encrypt(
            nonce, key, box.AsSpan(HeaderSize, Aes256Gcm.KeySize), box.AsSpan(HeaderSize + Aes256Gcm.KeySize),
            associatedData.WithHeader(header));
        return box;
    }

    /// <summary>Unwraps into the 32 bytes of <paramref name="key"/>. They are zero if this throws.</summary>
    /// <exception cref="DecryptionException">The wrapping key, the associated data or any bit of the box is wrong.</exception>
    public static void Open(
        ReadOnlySpan<byte> wrappingKey, KeyName name, AssociatedData associatedData, ReadOnlySpan<byte> box,
        Span<byte> key)
    {
        CryptographicOperations.ZeroMemory(key);
        if (wrappingKey.Length != Aes256Gcm.KeySize)
        {
            throw new DecryptionException();
        }

        using var aes = new AesGcm(wrappingKey, Aes256Gcm.TagSize);
        Open(aes, name, associatedData, box, key);
    }

    /// <summary>
    /// Unwraps with a prepared wrapping key into the 32 bytes of <paramref name="key"/>. They are zero if this throws.
    /// </summary>
    /// <exception cref="DecryptionException">The wrapping key, the associated data or any bit of the box is wrong.</exception>
    public static void Open(
        AesGcm wrappingKey, KeyName name, AssociatedData associatedData, ReadOnlySpan<byte> box, Span<byte> key)
    {
        CryptographicOperations.ZeroMemory(key);
        if (!associatedData.IsUsable || !IsBoxBy(name, associatedData.Format, box))
        {
            throw new DecryptionException();
        }

        try
        {
            wrappingKey.Decrypt(
                box.Slice(NonceStart, Aes256Gcm.NonceSize), box.Slice(HeaderSize, Aes256Gcm.KeySize),
                box[^Aes256Gcm.TagSize..], key, associatedData.WithHeader(box[..HeaderSize]));
        }
        catch (CryptographicException)
        {
            CryptographicOperations.ZeroMemory(key);
            throw new DecryptionException();
        }
    }

    /// <summary>True if the bytes have the size of a wrapped key and this format, and name this wrapping key.</summary>
    public static bool IsBoxBy(KeyName name, byte format, ReadOnlySpan<byte> box) =>
        box.Length == Size && BoxFormat.Starts(box, format)
        && KeyName.FromBytes(box.Slice(NameStart, KeyName.Size)) == name;

    /// <summary>The header of a box of this format that this wrapping key makes with this nonce.</summary>
    public static byte[] Header(byte format, KeyName name, ReadOnlySpan<byte> nonce)
    {
        var header = new byte[HeaderSize];
        WriteHeader(header, format, name, nonce);
        return header;
    }

    private static void WriteHeader(Span<byte> header, byte format, KeyName name, ReadOnlySpan<byte> nonce)
    {
        header[0] = format;
        header[1] = BoxFormat.Algorithm;
        name.CopyTo(header[NameStart..]);
        nonce.CopyTo(header[NonceStart..]);
    }
}
