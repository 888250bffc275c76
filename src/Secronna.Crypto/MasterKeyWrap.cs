using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// Wraps KEKs and the installation key with a master key that is at hand as bytes, from a file or the environment (S2).
/// Keys are 32 bytes. The box names the master key by the hash of its id (<see cref="KeyName.FromMasterKeyId"/>).
/// </summary>
public static class MasterKeyWrap
{
    /// <summary>Wraps a key; the box is 78 bytes.</summary>
    /// <exception cref="ArgumentException">A key isn't 32 bytes, or an id isn't 1 to 128 bytes of UTF-8.</exception>
    public static byte[] Wrap(ReadOnlySpan<byte> masterKey, in MasterKeyBinding binding, ReadOnlySpan<byte> key)
    {
        var name = KeyName.FromMasterKeyId(binding.MasterKeyId);
        Span<byte> nonce = stackalloc byte[BoxFormat.NonceSize];
        RandomNumberGenerator.Fill(nonce);
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        return WrappedKeyBox.Seal(masterKey, name, nonce, AssociatedData.ForMasterKey(buffer, binding), key);
    }

    /// <summary>Unwraps a key into <paramref name="key"/>, which the caller zeroes (S26); it is zero if this throws.</summary>
    /// <exception cref="ArgumentException"><paramref name="key"/> isn't 32 bytes.</exception>
    /// <exception cref="DecryptionException">
    /// Anything is wrong: the master key, its id, the binding, or any bit of the box (S6).
    /// </exception>
    public static void Unwrap(
        ReadOnlySpan<byte> masterKey, in MasterKeyBinding binding, ReadOnlySpan<byte> box, Span<byte> key)
    {
        BoxFormat.RequireKey(key, nameof(key));
        // A name made of an unusable id is harmless: the associated data is unusable too, and the box refused.
        KeyName.TryFromMasterKeyId(binding.MasterKeyId, out var name);
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        WrappedKeyBox.Open(masterKey, name, AssociatedData.ForMasterKey(buffer, binding), box, key);
    }
}
