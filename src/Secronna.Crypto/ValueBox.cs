// A sealed value:
//
//   0        1           2        14           46               46+n    62+n
//   | format | algorithm | nonce  | commitment | ciphertext (n) | tag   |
//   |      1 |         1 |     12 |         32 |   0 or more    |    16 |
//   '-------------- header -------------------'
//
// It names no key: the wrapped data key stands beside it in its row. Key and commitment: ValueKey.cs. Associated data:
// AssociatedData.cs.

using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>Seals and opens values under their data keys (S4, S5).</summary>
internal static class ValueBox
{
    internal const int HeaderSize = CommitmentStart + ValueKey.CommitmentSize;
    internal const int Overhead = HeaderSize + BoxFormat.TagSize;

    private const int NonceStart = 2;
    private const int CommitmentStart = NonceStart + BoxFormat.NonceSize;

    /// <summary>
    /// Seals the value. The data key must be fresh and never seal again (S4); then no nonce can repeat under it.
    /// </summary>
    internal static byte[] Seal(
        ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> nonce, AssociatedData associatedData, ReadOnlySpan<byte> value)
    {
        associatedData.RequireUsable();
        var box = new byte[checked(Overhead + value.Length)];
        var header = box.AsSpan(0, HeaderSize);
        Span<byte> keys = stackalloc byte[ValueKey.Size];
        try
        {
            ValueKey.Derive(dataKey, nonce, keys);
            header[0] = BoxFormat.Format;
            header[1] = BoxFormat.Algorithm;
            nonce.CopyTo(header[NonceStart..]);
            keys[BoxFormat.KeySize..].CopyTo(header[CommitmentStart..]);
            using var aes = new AesGcm(keys[..BoxFormat.KeySize], BoxFormat.TagSize);
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

    /// <exception cref="DecryptionException">Anything about the box or what it is bound to is wrong.</exception>
    internal static PinnedBuffer Open(
        ReadOnlySpan<byte> dataKey, AssociatedData associatedData, ReadOnlySpan<byte> box)
    {
        if (box.Length < Overhead || !BoxFormat.IsKnown(box) || !associatedData.IsUsable)
            throw new DecryptionException();
        var header = box[..HeaderSize];
        Span<byte> keys = stackalloc byte[ValueKey.Size];
        try
        {
            ValueKey.Derive(dataKey, header.Slice(NonceStart, BoxFormat.NonceSize), keys);
            if (!CryptographicOperations.FixedTimeEquals(keys[BoxFormat.KeySize..], header[CommitmentStart..]))
                throw new DecryptionException();
            return Decrypt(keys[..BoxFormat.KeySize], associatedData.WithHeader(header), box);
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
            using var aes = new AesGcm(key, BoxFormat.TagSize);
            aes.Decrypt(
                box.Slice(NonceStart, BoxFormat.NonceSize), box[HeaderSize..^BoxFormat.TagSize],
                box[^BoxFormat.TagSize..], value.Span, associatedData);
            return value;
        }
        catch (CryptographicException)
        {
            value.Dispose();
            throw new DecryptionException();
        }
    }
}
