using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// Seals and opens versions: the KEK wraps a data key, the data key seals the value (S1, S4). Keys are 32 bytes. A data key
/// lives only on the stack of these methods and is zeroed when they end (S26).
/// </summary>
public static class Envelope
{
    /// <summary>Bytes by which a version's ciphertext is longer than its value.</summary>
    public const int ValueOverhead = ValueBox.Overhead;

    /// <summary>Seals a value under a new random data key, and wraps that with the KEK. Counts as one wrap (S7).</summary>
    /// <exception cref="ArgumentException">
    /// The KEK isn't 32 bytes, an id isn't 1 to 128 bytes of UTF-8, or the version isn't positive.
    /// </exception>
    public static SealedVersion Seal(
        ReadOnlySpan<byte> kek, string kekId, KeyName kekName, in VersionBinding binding, ReadOnlySpan<byte> value)
    {
        Span<byte> dataKey = stackalloc byte[BoxFormat.KeySize];
        try
        {
            RandomNumberGenerator.Fill(dataKey);
            return new SealedVersion(
                WrapDataKey(kek, kekId, kekName, binding, dataKey), SealValue(dataKey, binding, value));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Opens a version. The caller disposes the value as soon as it is done with it.</summary>
    /// <exception cref="DecryptionException">
    /// Anything is wrong: the KEK, its id or name, the binding, or any bit of either box (S6).
    /// </exception>
    public static PinnedBuffer Open(
        ReadOnlySpan<byte> kek, string kekId, KeyName kekName, in VersionBinding binding,
        ReadOnlySpan<byte> wrappedDataKey, ReadOnlySpan<byte> ciphertext)
    {
        Span<byte> dataKey = stackalloc byte[BoxFormat.KeySize];
        try
        {
            UnwrapDataKey(kek, kekId, kekName, binding, wrappedDataKey, dataKey);
            return OpenValue(dataKey, binding, ciphertext);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    private static byte[] WrapDataKey(
        ReadOnlySpan<byte> kek, string kekId, KeyName kekName, in VersionBinding binding, ReadOnlySpan<byte> dataKey)
    {
        Span<byte> nonce = stackalloc byte[BoxFormat.NonceSize];
        RandomNumberGenerator.Fill(nonce);
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        return WrappedKeyBox.Seal(kek, kekName, nonce, AssociatedData.ForDataKey(buffer, binding, kekId), dataKey);
    }

    private static void UnwrapDataKey(
        ReadOnlySpan<byte> kek, string kekId, KeyName kekName, in VersionBinding binding,
        ReadOnlySpan<byte> wrappedDataKey, Span<byte> dataKey)
    {
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        WrappedKeyBox.Open(kek, kekName, AssociatedData.ForDataKey(buffer, binding, kekId), wrappedDataKey, dataKey);
    }

    private static byte[] SealValue(ReadOnlySpan<byte> dataKey, in VersionBinding binding, ReadOnlySpan<byte> value)
    {
        Span<byte> nonce = stackalloc byte[BoxFormat.NonceSize];
        RandomNumberGenerator.Fill(nonce);
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        return ValueBox.Seal(dataKey, nonce, AssociatedData.ForValue(buffer, binding), value);
    }

    private static PinnedBuffer OpenValue(
        ReadOnlySpan<byte> dataKey, in VersionBinding binding, ReadOnlySpan<byte> ciphertext)
    {
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        return ValueBox.Open(dataKey, AssociatedData.ForValue(buffer, binding), ciphertext);
    }
}
