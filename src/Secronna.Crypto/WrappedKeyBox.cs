// A wrapped key:
//
//   0        1           2          18      30              62     78
//   | format | algorithm | key name | nonce | ciphertext    | tag  |
//   |      1 |         1 |       16 |    12 |            32 |   16 |
//   '-------------- header ----------------'
//
// The key name is that of the wrapping key: a KEK around data keys, a master key around KEKs and the installation key.
// Associated data: AssociatedData.cs.

using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>A 32-byte key sealed under another one with AES-256-GCM (S5, NIST SP 800-38D).</summary>
internal static class WrappedKeyBox
{
    internal const int HeaderSize = NonceStart + BoxFormat.NonceSize;
    internal const int Size = HeaderSize + BoxFormat.KeySize + BoxFormat.TagSize;

    private const int NameStart = 2;
    private const int NonceStart = NameStart + KeyName.Size;

    /// <summary>
    /// Wraps the key. The nonce must be random: a wrapping key makes many wraps, fewer than 2^30 (S7), and 96 random bits
    /// then stay below the collision bound of NIST SP 800-38D section 8.3.
    /// </summary>
    internal static byte[] Seal(
        ReadOnlySpan<byte> wrappingKey, KeyName name, ReadOnlySpan<byte> nonce, AssociatedData associatedData,
        ReadOnlySpan<byte> key)
    {
        BoxFormat.RequireKey(wrappingKey, nameof(wrappingKey));
        using var aes = new AesGcm(wrappingKey, BoxFormat.TagSize);
        return Seal(aes, name, nonce, associatedData, key);
    }

    /// <summary>The same with the wrapping key at hand.</summary>
    internal static byte[] Seal(
        AesGcm wrappingKey, KeyName name, ReadOnlySpan<byte> nonce, AssociatedData associatedData, ReadOnlySpan<byte> key)
    {
        BoxFormat.RequireKey(key, nameof(key));
        associatedData.RequireUsable();
        var box = new byte[Size];
        var header = box.AsSpan(0, HeaderSize);
        WriteHeader(header, name, nonce);
        wrappingKey.Encrypt(
            nonce, key, box.AsSpan(HeaderSize, BoxFormat.KeySize), box.AsSpan(HeaderSize + BoxFormat.KeySize),
            associatedData.WithHeader(header));
        return box;
    }

    /// <summary>Unwraps into <paramref name="key"/>, 32 bytes; they are zero if this throws.</summary>
    /// <exception cref="DecryptionException">Anything about the box or what it is bound to is wrong.</exception>
    internal static void Open(
        ReadOnlySpan<byte> wrappingKey, KeyName name, AssociatedData associatedData, ReadOnlySpan<byte> box,
        Span<byte> key)
    {
        CryptographicOperations.ZeroMemory(key);
        if (wrappingKey.Length != BoxFormat.KeySize)
            throw new DecryptionException();
        using var aes = new AesGcm(wrappingKey, BoxFormat.TagSize);
        Open(aes, name, associatedData, box, key);
    }

    /// <summary>The same with the wrapping key at hand.</summary>
    /// <exception cref="DecryptionException">Anything about the box or what it is bound to is wrong.</exception>
    internal static void Open(
        AesGcm wrappingKey, KeyName name, AssociatedData associatedData, ReadOnlySpan<byte> box, Span<byte> key)
    {
        CryptographicOperations.ZeroMemory(key);
        if (!IsNamed(box, name) || !associatedData.IsUsable)
            throw new DecryptionException();
        try
        {
            wrappingKey.Decrypt(
                box.Slice(NonceStart, BoxFormat.NonceSize), box.Slice(HeaderSize, BoxFormat.KeySize),
                box[^BoxFormat.TagSize..], key, associatedData.WithHeader(box[..HeaderSize]));
        }
        catch (CryptographicException)
        {
            CryptographicOperations.ZeroMemory(key);
            throw new DecryptionException();
        }
    }

    /// <summary>Whether it is a box of this form by the key with this name.</summary>
    internal static bool IsNamed(ReadOnlySpan<byte> box, KeyName name) => box.Length == Size && BoxFormat.IsKnown(box)
        && KeyName.FromBytes(box.Slice(NameStart, KeyName.Size)) == name;

    /// <summary>A box's header.</summary>
    internal static byte[] Header(KeyName name, ReadOnlySpan<byte> nonce)
    {
        var header = new byte[HeaderSize];
        WriteHeader(header, name, nonce);
        return header;
    }

    private static void WriteHeader(Span<byte> header, KeyName name, ReadOnlySpan<byte> nonce)
    {
        header[0] = BoxFormat.Format;
        header[1] = BoxFormat.Algorithm;
        name.CopyTo(header[NameStart..]);
        nonce.CopyTo(header[NonceStart..]);
    }
}
