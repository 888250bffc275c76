using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// Moves data keys from one KEK to another without touching the values they seal (S9). Each moved data key counts as one wrap
/// by the new KEK (S7).
/// </summary>
/// <remarks>
/// An instance serves one batch: it keeps both KEKs in the platform's cryptography until it is disposed. It is not thread-safe.
/// </remarks>
public sealed class DataKeyRewrap : IDisposable
{
    private readonly AesGcm oldAes;
    private readonly string oldId;
    private readonly KeyName oldName;
    private readonly AesGcm newAes;
    private readonly string newId;
    private readonly KeyName newName;

    /// <summary>Prepares to move data keys from the old KEK to the new one.</summary>
    /// <exception cref="ArgumentException">A KEK isn't 32 bytes long.</exception>
    public DataKeyRewrap(
        ReadOnlySpan<byte> oldKek, string oldKekId, KeyName oldKekName,
        ReadOnlySpan<byte> newKek, string newKekId, KeyName newKekName)
    {
        Aes256Gcm.RequireKey(oldKek, nameof(oldKek));
        Aes256Gcm.RequireKey(newKek, nameof(newKek));
        (oldId, oldName, newId, newName) = (oldKekId, oldKekName, newKekId, newKekName);
        oldAes = new AesGcm(oldKek, Aes256Gcm.TagSize);
        newAes = new AesGcm(newKek, Aes256Gcm.TagSize);
    }

    /// <summary>
    /// Unwraps a version's data key with the old KEK and wraps it with the new one. The new wrap binds the secret's key (S6),
    /// also if the old one did not.
    /// </summary>
    /// <returns>The data key wrapped by the new KEK, 78 bytes.</returns>
    /// <exception cref="ArgumentException">
    /// The new KEK's id isn't 1 to 128 bytes of UTF-8, or the secret's key isn't 1 to 256.
    /// </exception>
    /// <exception cref="DecryptionException">The old KEK does not open the wrapped data key (S6).</exception>
    public byte[] Rewrap(in VersionBinding binding, ReadOnlySpan<byte> wrappedDataKey)
    {
        Span<byte> dataKey = stackalloc byte[Aes256Gcm.KeySize];
        Span<byte> nonce = stackalloc byte[Aes256Gcm.NonceSize];
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        try
        {
            var opened = AssociatedData.ForDataKey(buffer, BoxFormat.Of(wrappedDataKey), binding, oldId);
            WrappedKeyBox.Open(oldAes, oldName, opened, wrappedDataKey, dataKey);
            RandomNumberGenerator.Fill(nonce);
            var sealedAgain = AssociatedData.ForDataKey(buffer, BoxFormat.WithKey, binding, newId);
            return WrappedKeyBox.Seal(newAes, newName, nonce, sealedAgain, dataKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Releases both KEKs.</summary>
    public void Dispose()
    {
        oldAes.Dispose();
        newAes.Dispose();
    }
}
