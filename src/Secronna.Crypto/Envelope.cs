using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// Seals and opens versions by envelope encryption: the KEK wraps a data key, and the data key seals the value (S1, S4). Keys
/// are 32 bytes. A data key lives only on the stack of these methods and is zeroed before they return (S26).
/// </summary>
public static class Envelope
{
    /// <summary>How much longer a version's ciphertext is than its value, in bytes.</summary>
    public const int ValueOverhead = ValueBox.Overhead;

    /// <summary>Seals a value under a fresh random data key and wraps that key. This is one wrap by the KEK (S7).</summary>
    /// <exception cref="ArgumentException">
    /// The KEK isn't 32 bytes, an id isn't 1 to 128 bytes of UTF-8, the key isn't 1 to 256, or the version isn't positive.
    /// </exception>
    public static SealedVersion Seal(
        ReadOnlySpan<byte> kek, string kekId, KeyName kekName, in VersionBinding binding, ReadOnlySpan<byte> value)
    {
        // The data key and both nonces, in one call to the generator.
        Span<byte> random = stackalloc byte[Aes256Gcm.KeySize + (2 * Aes256Gcm.NonceSize)];
        try
        {
            RandomNumberGenerator.Fill(random);
            var dataKey = random[..Aes256Gcm.KeySize];
            var nonces = random[Aes256Gcm.KeySize..];
            return new SealedVersion(
                WrapDataKey(kek, kekId, kekName, nonces[..Aes256Gcm.NonceSize], binding, dataKey),
                SealValue(dataKey, nonces[Aes256Gcm.NonceSize..], binding, value));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(random);
        }
    }

    /// <summary>Opens a version.</summary>
    /// <returns>The value. The caller disposes of it as soon as it no longer needs it.</returns>
    /// <exception cref="DecryptionException">
    /// The KEK, its id, its name, the binding or any bit of either box is wrong (S6).
    /// </exception>
    public static PinnedBuffer Open(
        ReadOnlySpan<byte> kek, string kekId, KeyName kekName, in VersionBinding binding,
        ReadOnlySpan<byte> wrappedDataKey, ReadOnlySpan<byte> ciphertext)
    {
        Span<byte> dataKey = stackalloc byte[Aes256Gcm.KeySize];
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

    /// <summary>
    /// Whether a wrapped data key binds the secret's key (S6). If so, the version opens under no other key, also if its value box
    /// is older, because only this data key opens that box.
    /// </summary>
    public static bool BindsKey(ReadOnlySpan<byte> wrappedDataKey) => BoxFormat.Of(wrappedDataKey) == BoxFormat.WithKey;

    private static byte[] WrapDataKey(
        ReadOnlySpan<byte> kek, string kekId, KeyName kekName, ReadOnlySpan<byte> nonce, in VersionBinding binding,
        ReadOnlySpan<byte> dataKey)
    {
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        var associatedData = AssociatedData.ForDataKey(buffer, BoxFormat.WithKey, binding, kekId);
        return WrappedKeyBox.Seal(kek, kekName, nonce, associatedData, dataKey);
    }

    private static void UnwrapDataKey(
        ReadOnlySpan<byte> kek, string kekId, KeyName kekName, in VersionBinding binding,
        ReadOnlySpan<byte> wrappedDataKey, Span<byte> dataKey)
    {
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        var associatedData = AssociatedData.ForDataKey(buffer, BoxFormat.Of(wrappedDataKey), binding, kekId);
        WrappedKeyBox.Open(kek, kekName, associatedData, wrappedDataKey, dataKey);
    }

    private static byte[] SealValue(
        ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> nonce, in VersionBinding binding, ReadOnlySpan<byte> value)
    {
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        return ValueBox.Seal(dataKey, nonce, AssociatedData.ForValue(buffer, BoxFormat.WithKey, binding), value);
    }

    private static PinnedBuffer OpenValue(
        ReadOnlySpan<byte> dataKey, in VersionBinding binding, ReadOnlySpan<byte> ciphertext)
    {
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        return ValueBox.Open(dataKey, AssociatedData.ForValue(buffer, BoxFormat.Of(ciphertext), binding), ciphertext);
    }
}
