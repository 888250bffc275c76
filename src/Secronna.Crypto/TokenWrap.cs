using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// The inputs that an HSM or other token needs to wrap or unwrap a key by AES-256-GCM (NIST SP 800-38D), with a master key that
/// never leaves the token. The resulting box has the same format as a box that <see cref="MasterKeyWrap"/> makes.
/// </summary>
/// <param name="Header">The header of the box, as authenticated.</param>
/// <param name="Nonce">The 96-bit nonce: fresh and random to wrap, the box's own to unwrap.</param>
/// <param name="AssociatedData">The associated data, which includes the header (S6).</param>
/// <param name="Sealed">To unwrap, the ciphertext followed by the tag; empty to wrap.</param>
public sealed record TokenWrap(byte[] Header, byte[] Nonce, byte[] AssociatedData, byte[] Sealed)
{
    private const int SealedSize = Aes256Gcm.KeySize + Aes256Gcm.TagSize;

    /// <summary>The inputs to wrap a 32-byte key.</summary>
    /// <exception cref="ArgumentException">An id isn't 1 to 128 bytes of UTF-8.</exception>
    public static TokenWrap ForWrapping(in MasterKeyBinding binding)
    {
        var nonce = RandomNumberGenerator.GetBytes(Aes256Gcm.NonceSize);
        var header = WrappedKeyBox.Header(BoxFormat.First, KeyName.FromMasterKeyId(binding.MasterKeyId), nonce);
        Span<byte> buffer = stackalloc byte[Crypto.AssociatedData.MaxSize];
        var data = Crypto.AssociatedData.ForMasterKey(buffer, binding);
        data.RequireUsable();
        return new TokenWrap(header, nonce, data.WithHeader(header).ToArray(), []);
    }

    /// <summary>The inputs to unwrap a box.</summary>
    /// <exception cref="DecryptionException">The bytes are not such a box, or it names another master key (S6).</exception>
    public static TokenWrap ForUnwrapping(in MasterKeyBinding binding, ReadOnlySpan<byte> box)
    {
        Span<byte> buffer = stackalloc byte[Crypto.AssociatedData.MaxSize];
        var data = Crypto.AssociatedData.ForMasterKey(buffer, binding);
        if (!KeyName.TryFromMasterKeyId(binding.MasterKeyId, out var name) || !data.IsUsable
            || !WrappedKeyBox.IsBoxBy(name, data.Format, box))
        {
            throw new DecryptionException();
        }

        var header = box[..WrappedKeyBox.HeaderSize];
        return new TokenWrap(
            header.ToArray(), header[^Aes256Gcm.NonceSize..].ToArray(), data.WithHeader(header).ToArray(),
            box[WrappedKeyBox.HeaderSize..].ToArray());
    }

    /// <summary>Makes the box from the ciphertext and tag that the token computed.</summary>
    /// <exception cref="ArgumentException">There aren't 32 bytes of ciphertext and 16 of tag.</exception>
    public byte[] ToBox(ReadOnlySpan<byte> ciphertextAndTag) => ciphertextAndTag.Length == SealedSize
        ? [.. Header, .. ciphertextAndTag]
        : throw new ArgumentException("A wrapped key is 32 bytes of ciphertext and a tag of 16.", nameof(ciphertextAndTag));
}
