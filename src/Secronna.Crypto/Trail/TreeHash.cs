using System.Runtime.Intrinsics;

namespace Secronna.Crypto.Trail;

/// <summary>A hash of the trail's Merkle tree: SHA-256 of a leaf or of an inner node (RFC 6962, section 2.1). It isn't secret.</summary>
public readonly record struct TreeHash
{
    /// <summary>The size of a hash in bytes.</summary>
    public const int Size = 32;

    private readonly Vector256<byte> bytes;

    private TreeHash(Vector256<byte> bytes) => this.bytes = bytes;

    /// <summary>The root of the tree that has no leaves: SHA-256 of nothing.</summary>
    public static TreeHash EmptyRoot { get; } =
        FromBytes(Convert.FromHexString("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"));

    /// <summary>Reads a hash.</summary>
    /// <exception cref="ArgumentException">There aren't exactly 32 bytes.</exception>
    public static TreeHash FromBytes(ReadOnlySpan<byte> hash) => hash.Length == Size
        ? new TreeHash(Vector256.Create(hash))
        : throw new ArgumentException("A hash is 32 bytes long.", nameof(hash));

    /// <summary>Writes the 32 bytes to the start of the destination.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than 32 bytes.</exception>
    public void CopyTo(Span<byte> destination)
    {
        if (!bytes.TryCopyTo(destination))
        {
            throw new ArgumentException("A hash is 32 bytes long.", nameof(destination));
        }
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray()
    {
        var copy = new byte[Size];
        CopyTo(copy);
        return copy;
    }

    /// <summary>The hash in lower-case hex.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
