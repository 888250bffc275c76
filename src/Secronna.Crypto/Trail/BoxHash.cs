using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Secronna.Crypto.Trail;

/// <summary>
/// SHA-256 of a version's ciphertext. The trail keeps it, so that a version that was exchanged later is found. It covers the
/// ciphertext alone, so wrapping the data key again does not change it.
/// </summary>
public readonly record struct BoxHash
{
    /// <summary>The size of a hash in bytes.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    private readonly UInt128 first;
    private readonly UInt128 second;

    private BoxHash(ReadOnlySpan<byte> hash)
    {
        first = BinaryPrimitives.ReadUInt128BigEndian(hash);
        second = BinaryPrimitives.ReadUInt128BigEndian(hash[(Size / 2)..]);
    }

    /// <summary>Hashes a ciphertext.</summary>
    public static BoxHash Of(ReadOnlySpan<byte> ciphertext)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(ciphertext, hash);
        return new BoxHash(hash);
    }

    /// <summary>Reads the 32 bytes of a hash.</summary>
    /// <exception cref="ArgumentException">There aren't exactly 32 bytes.</exception>
    public static BoxHash FromBytes(ReadOnlySpan<byte> hash) => hash.Length == Size
        ? new BoxHash(hash)
        : throw new ArgumentException("A box hash is 32 bytes long.", nameof(hash));

    /// <summary>Writes the 32 bytes.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than 32 bytes.</exception>
    public void CopyTo(Span<byte> destination)
    {
        if (destination.Length < Size)
        {
            throw new ArgumentException("A box hash is 32 bytes long.", nameof(destination));
        }

        BinaryPrimitives.WriteUInt128BigEndian(destination, first);
        BinaryPrimitives.WriteUInt128BigEndian(destination[(Size / 2)..], second);
    }

    /// <summary>The hash in lower-case hex.</summary>
    public override string ToString()
    {
        Span<byte> hash = stackalloc byte[Size];
        CopyTo(hash);
        return Convert.ToHexStringLower(hash);
    }
}
