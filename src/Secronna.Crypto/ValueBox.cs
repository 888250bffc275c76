// A sealed value:
//
//   0        1           2        14           46               46+n    62+n
//   | format | algorithm | nonce  | commitment | ciphertext (n) | tag   |
//   |      1 |         1 |     12 |         32 |   0 or more    |    16 |
//   '-------------- header -------------------'
//
// The format is 2, or 1 in a box that was sealed before the secret's key was bound (AssociatedData.cs).
//
// The box names no key, because the wrapped data key is stored beside it in the same row. ValueKey.cs derives the AES key and
// the commitment. AssociatedData.cs describes the associated data.

using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>Seals values under their data keys and opens them (S4, S5).</summary>
internal static class ValueBox
{
    public const int HeaderSize = CommitmentStart + ValueKey.CommitmentSize;
    public const int Overhead = HeaderSize + Aes256Gcm.TagSize;

    private const int NonceStart = 2;
    private const int CommitmentStart = NonceStart + Aes256Gcm.NonceSize;

    /// <summary>
    /// Seals the value. The data key must be fresh, and it must never seal again (S4). Each AES key then encrypts once, so no
    /// (key, nonce) pair can repeat, whatever the nonce is (S7).
    /// </summary>
    public static byte[] Seal(
        ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> nonce, AssociatedData associatedData, ReadOnlySpan<byte> value)
    {
        associatedData.RequireUsable();
        var box = new byte[checked(Overhead + value.Length)];
        var header = box.AsSpan(0, HeaderSize);
        Span<byte> keys = stackalloc byte[ValueKey.Size];
        try
        {
            ValueKey.Derive(dataKey, associatedData.Format, nonce, keys);
            header[0] = associatedData.Format;
            header[1] = BoxFormat.Algorithm;
            nonce.CopyTo(header[NonceStart..]);
            keys[Aes256Gcm.KeySize..].CopyTo(header[CommitmentStart..]);
            using var aes = new AesGcm(keys[..Aes256Gcm.KeySize], Aes256Gcm.TagSize);
            aes.Encrypt(
                nonce, value, box.AsSpan(HeaderSize, value.Length), box.AsSpan(HeaderSize + value.Length),
                associatedData.WithHeader(header));
            return box;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    /// <summary>Compares the commitment in constant time and, if it matches, decrypts the value (S5).</summary>
    /// <exception cref="DecryptionException">The data key, the associated data or any bit of the box is wrong.</exception>
    public static PinnedBuffer Open(
        ReadOnlySpan<byte> dataKey, AssociatedData associatedData, ReadOnlySpan<byte> box)
    {
        if (box.Length < Overhead || !associatedData.IsUsable || !BoxFormat.Starts(box, associatedData.Format))
        {
            throw new DecryptionException();
        }

        var header = box[..HeaderSize];
        Span<byte> keys = stackalloc byte[ValueKey.Size];
        try
        {
            ValueKey.Derive(dataKey, associatedData.Format, header.Slice(NonceStart, Aes256Gcm.NonceSize), keys);
            if (!CryptographicOperations.FixedTimeEquals(keys[Aes256Gcm.KeySize..], header[CommitmentStart..]))
            {
                throw new DecryptionException();
            }

            return Decrypt(keys[..Aes256Gcm.KeySize], associatedData.WithHeader(header), box);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    private static PinnedBuffer Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> box)
    {
        var value = PinnedBuffer.Rent(box.Length - Overhead);
        try
        {
            using var aes = new AesGcm(key, Aes256Gcm.TagSize);
            aes.Decrypt(
                box.Slice(NonceStart, Aes256Gcm.NonceSize), box[HeaderSize..^Aes256Gcm.TagSize],
                box[^Aes256Gcm.TagSize..], value.Span, associatedData);
            return value;
        }
        catch (CryptographicException)
        {
            value.Dispose();
            throw new DecryptionException();
        }
    }
}
