using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// What is asked of whoever holds a master key that is never at hand as bytes, such as an HSM, to make or to open a box by
/// AES-256-GCM (NIST SP 800-38D) with a 128-bit tag. The box has the bytes that <see cref="MasterKeyWrap"/> would give it.
/// </summary>
/// <param name="Header">The box's header, as authenticated.</param>
/// <param name="Nonce">96 bits; fresh and random where a box is made.</param>
/// <param name="AssociatedData">What the box is bound to, its header included (S6).</param>
/// <param name="Sealed">The ciphertext and then the tag; empty where a box is made.</param>
public sealed record TokenWrap(byte[] Header, byte[] Nonce, byte[] AssociatedData, byte[] Sealed)
{
    private const int SealedSize = BoxFormat.KeySize + BoxFormat.TagSize;

    /// <summary>Size of the tag in bytes.</summary>
    public const int TagSize = BoxFormat.TagSize;

    /// <summary>To wrap a 32-byte key.</summary>
    /// <exception cref="ArgumentException">An id isn't 1 to 128 bytes of UTF-8.</exception>
    public static TokenWrap New(in MasterKeyBinding binding)
    {
        var nonce = RandomNumberGenerator.GetBytes(BoxFormat.NonceSize);
        var header = WrappedKeyBox.Header(KeyName.FromMasterKeyId(binding.MasterKeyId), nonce);
        Span<byte> buffer = stackalloc byte[Crypto.AssociatedData.MaxSize];
        var data = Crypto.AssociatedData.ForMasterKey(buffer, binding);
        data.RequireUsable();
        return new TokenWrap(header, nonce, data.WithHeader(header).ToArray(), []);
    }

    /// <summary>To unwrap a box.</summary>
    /// <exception cref="DecryptionException">It is no such box, or names another master key (S6).</exception>
    public static TokenWrap Of(in MasterKeyBinding binding, ReadOnlySpan<byte> box)
    {
        Span<byte> buffer = stackalloc byte[Crypto.AssociatedData.MaxSize];
        var data = Crypto.AssociatedData.ForMasterKey(buffer, binding);
        if (!KeyName.TryFromMasterKeyId(binding.MasterKeyId, out var name) || !WrappedKeyBox.IsNamed(box, name) || !data.IsUsable)
            throw new DecryptionException();
        var header = box[..WrappedKeyBox.HeaderSize];
        return new TokenWrap(
            header.ToArray(), header[^BoxFormat.NonceSize..].ToArray(), data.WithHeader(header).ToArray(),
            box[WrappedKeyBox.HeaderSize..].ToArray());
    }

    /// <summary>The box, of what the holder of the key gave.</summary>
    /// <exception cref="ArgumentException">It isn't a ciphertext of 32 bytes and a tag.</exception>
    public byte[] Box(ReadOnlySpan<byte> ciphertextAndTag) => ciphertextAndTag.Length == SealedSize
        ? [.. Header, .. ciphertextAndTag]
        : throw new ArgumentException("A wrapped key is 32 bytes of ciphertext and a tag of 16.", nameof(ciphertextAndTag));
}
