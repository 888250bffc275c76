using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Storage.Tables;

namespace Secronna.Server.MasterKeys;

/// <summary>Checks that a master key works, and that it is the key that this installation uses.</summary>
internal static class MasterKeyChecks
{
    /// <summary>Wraps a 32-byte key and unwraps the box again, so that no box is stored that can't be opened later.</summary>
    /// <exception cref="MasterKeyException">
    /// No provider holds the master key, its provider does not answer, or it does not give back the key that it wrapped.
    /// </exception>
    public static async ValueTask<byte[]> WrapVerifiedAsync(
        this MasterKeyRing masterKeys, MasterKeyBinding binding, ReadOnlyMemory<byte> key)
    {
        var box = await masterKeys.WrapAsync(binding, key);
        using var opened = PinnedBuffer.Rent(key.Length);
        try
        {
            await masterKeys.UnwrapAsync(binding, box, opened.Memory);
        }
        catch (DecryptionException)
        {
            // The provider is at fault, not a tampered row: nothing was stored yet. The comparison below fails.
            opened.Span.Clear();
        }

        return CryptographicOperations.FixedTimeEquals(opened.Span, key.Span)
            ? box
            : throw new MasterKeyUnavailableException(binding.MasterKeyId, "it does not unwrap what it has just wrapped");
    }

    /// <summary>
    /// Makes a check box: random bytes that are no key, wrapped by the master key. Whoever can unwrap it holds the same master
    /// key.
    /// </summary>
    /// <exception cref="MasterKeyException">The master key can't be used.</exception>
    public static async ValueTask<byte[]> NewCheckBoxAsync(this MasterKeyRing masterKeys, string keyId)
    {
        using var random = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        RandomNumberGenerator.Fill(random.Span);
        return await masterKeys.WrapVerifiedAsync(CheckBoxBinding(keyId), random.Memory);
    }

    /// <summary>Checks that the master key with this id is the same key that made the check box.</summary>
    /// <exception cref="MasterKeyException">The master key can't be used, or is another one.</exception>
    public static ValueTask CheckAsync(this MasterKeyRing masterKeys, string keyId, byte[] checkBox) =>
        CheckAsync(masterKeys, CheckBoxBinding(keyId), checkBox);

    /// <summary>Checks that the active master key opens the installation key. This must precede any wrapping with it.</summary>
    /// <exception cref="MasterKeyException">The master key can't be used, or is another one.</exception>
    public static ValueTask CheckAsync(this MasterKeyRing masterKeys, InstallationRow installation) =>
        CheckAsync(masterKeys, MasterKeyBinding.ForInstallationKey(installation.ActiveMasterKeyId), installation.WrappedKey);

    private static MasterKeyBinding CheckBoxBinding(string keyId) => MasterKeyBinding.ForKek("check", "check", "check", keyId);

    private static async ValueTask CheckAsync(MasterKeyRing masterKeys, MasterKeyBinding binding, byte[] box)
    {
        using var key = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        try
        {
            await masterKeys.UnwrapAsync(binding, box, key.Memory);
        }
        catch (DecryptionException)
        {
            throw new MasterKeyMismatchException(binding.MasterKeyId);
        }
    }
}
