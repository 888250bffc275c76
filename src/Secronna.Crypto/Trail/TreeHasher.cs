using System.Diagnostics;
using System.Numerics;
using System.Security.Cryptography;

namespace Secronna.Crypto.Trail;

/// <summary>
/// Hashes leaves and nodes of the trail's Merkle tree (RFC 6962, section 2.1). The first byte that is hashed tells them apart, so
/// that no entry can have the hash of a node. All methods are thread-safe and allocate nothing once a thread has called one.
/// </summary>
/// <remarks>
/// Each thread keeps one hash state, because preparing a state costs more than hashing an entry of usual size. For the same
/// reason the first byte and the entry are joined, so that the platform is called once for both.
/// </remarks>
public sealed class TreeHasher
{
    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;
    private const int LargestJoined = 1024;

    [ThreadStatic]
    private static TreeHasher? threadHasher;

    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] joined = new byte[1 + LargestJoined];

    private TreeHasher()
    {
    }

    private static TreeHasher OfThread => threadHasher ??= new TreeHasher();

    /// <summary>Writes the hash of a leaf: SHA-256 of a byte 0 and the entry.</summary>
    /// <exception cref="ArgumentException">The destination isn't 32 bytes long.</exception>
    public static void HashLeaf(ReadOnlySpan<byte> entry, Span<byte> hash)
    {
        RequireHash(hash.Length, nameof(hash));
        OfThread.Leaf(entry, hash);
    }

    /// <summary>The hash of a leaf: SHA-256 of a byte 0 and the entry.</summary>
    public static TreeHash HashLeaf(ReadOnlySpan<byte> entry)
    {
        Span<byte> hash = stackalloc byte[TreeHash.Size];
        OfThread.Leaf(entry, hash);
        return TreeHash.FromBytes(hash);
    }

    /// <summary>The hash of a node: SHA-256 of a byte 1 and the hashes of its two children.</summary>
    public static TreeHash HashNode(TreeHash left, TreeHash right)
    {
        Span<byte> children = stackalloc byte[2 * TreeHash.Size];
        left.CopyTo(children);
        right.CopyTo(children[TreeHash.Size..]);
        OfThread.Node(children, children[..TreeHash.Size]);
        return TreeHash.FromBytes(children[..TreeHash.Size]);
    }

    /// <summary>The root of the perfect tree over these hashes. Their number is a power of two, 256 at most.</summary>
    /// <exception cref="ArgumentException">The number of hashes is no power of two, or more than 256.</exception>
    public static TreeHash HashPerfectTree(ReadOnlySpan<byte> hashes)
    {
        var count = hashes.Length / TreeHash.Size;
        if (hashes.Length % TreeHash.Size != 0 || !BitOperations.IsPow2(count) || count > TilePosition.FullWidth)
        {
            throw new ArgumentException("A perfect tree within a tile has 1, 2, 4, … 256 hashes.", nameof(hashes));
        }

        return count == 1 ? TreeHash.FromBytes(hashes) : OfThread.PerfectTree(hashes);
    }

    private static void RequireHash(int length, string parameter)
    {
        if (length != TreeHash.Size)
        {
            throw new ArgumentException("A hash is 32 bytes long.", parameter);
        }
    }

    private void Leaf(ReadOnlySpan<byte> entry, Span<byte> hash)
    {
        joined[0] = LeafPrefix;
        if (entry.Length <= LargestJoined)
        {
            entry.CopyTo(joined.AsSpan(1));
            sha256.AppendData(joined.AsSpan(0, 1 + entry.Length));
        }
        else
        {
            sha256.AppendData(joined.AsSpan(0, 1));
            sha256.AppendData(entry);
        }

        sha256.GetHashAndReset(hash);
    }

    private void Node(ReadOnlySpan<byte> children, Span<byte> hash)
    {
        Debug.Assert(children.Length == 2 * TreeHash.Size);
        joined[0] = NodePrefix;
        children.CopyTo(joined.AsSpan(1));
        sha256.AppendData(joined.AsSpan(0, 1 + children.Length));
        sha256.GetHashAndReset(hash);
    }

    private TreeHash PerfectTree(ReadOnlySpan<byte> hashes)
    {
        Span<byte> parents = stackalloc byte[hashes.Length / 2];
        scoped var children = hashes;
        while (children.Length > TreeHash.Size)
        {
            // A parent is written where its children, or children before them, were: those aren't needed any more.
            for (var parent = 0; parent < children.Length / 2; parent += TreeHash.Size)
            {
                Node(children.Slice(2 * parent, 2 * TreeHash.Size), parents.Slice(parent, TreeHash.Size));
            }

            children = parents[..(children.Length / 2)];
        }

        return TreeHash.FromBytes(children);
    }
}
