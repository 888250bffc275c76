using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// Wraps KEKs and the installation key with a master key whose bytes this process holds, read from a file or the environment
/// (S2). Keys are 32 bytes. The box names the master key by the hash of its id (<see cref="KeyName.FromMasterKeyId"/>).
/// </summary>
public static class MasterKeyWrap
{
    /// <summary>Wraps a key, under a fresh random nonce (<see cref="WrappedKeyBox"/> says why a random nonce suffices).</summary>
    /// <returns>The box, 78 bytes.</returns>
    /// <exception cref="ArgumentException">A key isn't 32 bytes, or an id isn't 1 to 128 bytes of UTF-8.</exception>
    public static byte[] Wrap(ReadOnlySpan<byte> masterKey, in MasterKeyBinding binding, ReadOnlySpan<byte> key)
    {
        var name = KeyName.FromMasterKeyId(binding.MasterKeyId);
        Span<byte> nonce = stackalloc byte[Aes256Gcm.NonceSize];
        RandomNumberGenerator.Fill(nonce);
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        return WrappedKeyBox.Seal(masterKey, name, nonce, AssociatedData.ForMasterKey(buffer, binding), key);
    }

    /// <summary>Unwraps a key into <paramref name="key"/>, which the caller zeroes (S26). It is zero if this throws.</summary>
    /// <exception cref="ArgumentException"><paramref name="key"/> isn't 32 bytes long.</exception>
    /// <exception cref="DecryptionException">The master key, its id, the binding or any bit of the box is wrong (S6).</exception>
    public static void Unwrap(
        ReadOnlySpan<byte> masterKey, in MasterKeyBinding binding, ReadOnlySpan<byte> box, Span<byte> key)
    {
        Aes256Gcm.RequireKey(key, nameof(key));
        // The result need not be checked: an unusable id makes the associated data unusable too, and the box is refused.
        KeyName.TryFromMasterKeyId(binding.MasterKeyId, out var name);
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        WrappedKeyBox.Open(masterKey, name, AssociatedData.ForMasterKey(buffer, binding), box, key);
    }
}
