using System.Security.Cryptography;

namespace Secronna.Crypto.Trail;

/// <summary>
/// Wraps the seed of the log key, under a key that is derived from the installation key for nothing else (S2). The box is bound to
/// the installation's id, and names its wrapping key by the hash of <see cref="WrappingKeyLabel"/>.
/// </summary>
public static class LogKeyWrap
{
    /// <summary>The label under which the wrapping key is derived (<see cref="DerivedKey"/>).</summary>
    public const string WrappingKeyLabel = "secronna log key";

    /// <summary>Wraps a seed, under a fresh random nonce (<see cref="WrappedKeyBox"/> says why a random nonce suffices).</summary>
    /// <returns>The box, 78 bytes.</returns>
    /// <exception cref="ArgumentException">A key isn't 32 bytes, or the id isn't 1 to 128 bytes of UTF-8.</exception>
    public static byte[] Wrap(ReadOnlySpan<byte> wrappingKey, string installationId, ReadOnlySpan<byte> seed)
    {
        Span<byte> nonce = stackalloc byte[Aes256Gcm.NonceSize];
        RandomNumberGenerator.Fill(nonce);
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        return WrappedKeyBox.Seal(
            wrappingKey, KeyName.FromMasterKeyId(WrappingKeyLabel), nonce, AssociatedData.ForLogKey(buffer, installationId), seed);
    }

    /// <summary>Unwraps a log key. The caller disposes of it.</summary>
    /// <exception cref="DecryptionException">The wrapping key, the id or any bit of the box is wrong (S6).</exception>
    public static LogKey Unwrap(ReadOnlySpan<byte> wrappingKey, string installationId, ReadOnlySpan<byte> box)
    {
        using var seed = PinnedBuffer.Rent(LogKey.SeedSize);
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        WrappedKeyBox.Open(
            wrappingKey, KeyName.FromMasterKeyId(WrappingKeyLabel), AssociatedData.ForLogKey(buffer, installationId), box, seed.Span);
        return LogKey.Create(seed.Span);
    }
}
