using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Secronna.Crypto.Trail;

/// <summary>
/// Ed25519 (RFC 8032, section 5.1). .NET 10 has none, so this is BouncyCastle's: the exception that S5 names. Nothing else uses
/// BouncyCastle.
/// </summary>
internal static class Ed25519Signature
{
    public const int SeedSize = 32;
    public const int PublicKeySize = 32;
    public const int Size = 64;

    public static byte[] PublicKey(ReadOnlySpan<byte> seed)
    {
        var publicKey = new byte[PublicKeySize];
        Ed25519.GeneratePublicKey(seed, publicKey);
        return publicKey;
    }

    /// <summary>
    /// Signs. The public key is derived anew each time: signing with a public key that doesn't belong to the seed would give the
    /// seed away.
    /// </summary>
    public static void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message, Span<byte> signature) =>
        Ed25519.Sign(seed, message, signature);

    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == Size && Ed25519.Verify(signature, publicKey, message);

    /// <summary>
    /// True if the bytes are a point of the prime-order group. Others must not be trusted: with a point of small order as the key,
    /// one signature fits many messages.
    /// </summary>
    public static bool IsPublicKey(ReadOnlySpan<byte> bytes) =>
        bytes.Length == PublicKeySize && Ed25519.ValidatePublicKeyFull(bytes);
}
