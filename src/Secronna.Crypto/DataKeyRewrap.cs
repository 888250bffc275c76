using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// Wraps data keys of one KEK with another; their values stay as they are (S9). Each counts as one wrap of the new KEK (S7).
/// For one batch: it keeps both KEKs ready in the platform's cryptography until it is disposed. Used by one at a time.
/// </summary>
public sealed class DataKeyRewrap : IDisposable
{
    private readonly AesGcm _oldAes;
    private readonly string _oldId;
    private readonly KeyName _oldName;
    private readonly AesGcm _newAes;
    private readonly string _newId;
    private readonly KeyName _newName;

    /// <summary>From a KEK to another, each of 32 bytes.</summary>
    /// <exception cref="ArgumentException">A KEK isn't 32 bytes.</exception>
    public DataKeyRewrap(
        ReadOnlySpan<byte> oldKek, string oldKekId, KeyName oldKekName,
        ReadOnlySpan<byte> newKek, string newKekId, KeyName newKekName)
    {
        BoxFormat.RequireKey(oldKek, nameof(oldKek));
        BoxFormat.RequireKey(newKek, nameof(newKek));
        (_oldId, _oldName, _newId, _newName) = (oldKekId, oldKekName, newKekId, newKekName);
        _oldAes = new AesGcm(oldKek, BoxFormat.TagSize);
        _newAes = new AesGcm(newKek, BoxFormat.TagSize);
    }

    /// <summary>The version's data key, wrapped by the new KEK.</summary>
    /// <exception cref="ArgumentException">The new KEK's id isn't 1 to 128 bytes of UTF-8.</exception>
    /// <exception cref="DecryptionException">The wrapped data key can't be opened with the old KEK (S6).</exception>
    public byte[] Rewrap(in VersionBinding binding, ReadOnlySpan<byte> wrappedDataKey)
    {
        Span<byte> dataKey = stackalloc byte[BoxFormat.KeySize];
        Span<byte> nonce = stackalloc byte[BoxFormat.NonceSize];
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        try
        {
            WrappedKeyBox.Open(_oldAes, _oldName, AssociatedData.ForDataKey(buffer, binding, _oldId), wrappedDataKey, dataKey);
            RandomNumberGenerator.Fill(nonce);
            return WrappedKeyBox.Seal(_newAes, _newName, nonce, AssociatedData.ForDataKey(buffer, binding, _newId), dataKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Lets go of both KEKs.</summary>
    public void Dispose()
    {
        _oldAes.Dispose();
        _newAes.Dispose();
    }
}
