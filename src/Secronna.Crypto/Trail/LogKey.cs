namespace Secronna.Crypto.Trail;

/// <summary>
/// The installation's log key, which signs checkpoints and nothing else: Ed25519 (RFC 8032; S5). Its seed lies in locked memory
/// and is zeroed on <see cref="Dispose"/> (S26).
/// </summary>
/// <remarks>
/// While a signature is made, BouncyCastle hashes the seed and computes with the result in memory that it doesn't zero everywhere.
/// Copies of the expanded private key can be left there until the memory is used again; copies of a value or of another key can't.
/// </remarks>
public sealed class LogKey : IDisposable
{
    /// <summary>The size of the seed, which is the private key, in bytes.</summary>
    public const int SeedSize = Ed25519Signature.SeedSize;

    /// <summary>The size of a signature in bytes.</summary>
    public const int SignatureSize = Ed25519Signature.Size;

    private readonly LockedKey seed;
    private readonly byte[] publicKey;

    private LogKey(LockedKey seed)
    {
        this.seed = seed;
        publicKey = Ed25519Signature.PublicKey(seed.Bytes);
    }

    /// <summary>The 32 bytes of the public key. Verifiers pin these: they are the same for all logs that the key signs.</summary>
    public ReadOnlyMemory<byte> PublicKey => publicKey;

    /// <summary>Copies a seed of 32 random bytes. The caller zeroes its own copy.</summary>
    /// <exception cref="ArgumentException">The seed isn't 32 bytes long.</exception>
    public static LogKey Create(ReadOnlySpan<byte> seed) => new(LockedKey.Create(seed));

    /// <summary>The public key under the name of a log, as that log's checkpoints name it.</summary>
    public VerifierKey VerifierKeyFor(Origin origin) => new(origin.ToString(), publicKey);

    /// <summary>Zeroes the seed. Disposing it again does nothing.</summary>
    public void Dispose() => seed.Dispose();

    /// <summary>Signs the text of a checkpoint. The same text always gets the same signature.</summary>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    internal void Sign(ReadOnlySpan<byte> text, Span<byte> signature) => Ed25519Signature.Sign(seed.Bytes, text, signature);
}
