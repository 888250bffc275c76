using System.Numerics;

namespace Secronna.Crypto.Trail;

/// <summary>
/// Proves that a tree is an earlier tree with leaves appended: that no leaf of the earlier one was changed, removed or moved
/// (RFC 9162, section 2.1.4; S33).
/// </summary>
/// <param name="OldSize">The number of leaves of the earlier tree. Every tree begins with the empty one, without any hash.</param>
/// <param name="NewSize">The number of leaves of the later tree.</param>
/// <param name="Hashes">The roots of subtrees, lowest first.</param>
public sealed record ConsistencyProof(long OldSize, long NewSize, IReadOnlyList<TreeHash> Hashes)
{
    /// <summary>The tiles that <see cref="Make"/> will ask for, each once: so that they can be read all at once beforehand.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The old size is negative or above the new one.</exception>
    public static IReadOnlyList<TilePosition> TilesFor(long oldSize, long newSize) =>
        ProofHashes.Tiles(Subtrees(oldSize, newSize), newSize);

    /// <summary>Makes a proof from the tiles of the later tree, or of a still later one of the same log.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The old size is negative or above the new one.</exception>
    /// <exception cref="ArgumentException">A tile has fewer hashes than the size says.</exception>
    public static ConsistencyProof Make(long oldSize, long newSize, TileSource tiles) =>
        new(oldSize, newSize, ProofHashes.Read(Subtrees(oldSize, newSize), newSize, tiles));

    /// <summary>
    /// True if the hashes lead to the roots of both trees, and there are exactly as many as that takes (RFC 9162, section
    /// 2.1.4.2). Impossible sizes give false.
    /// </summary>
    public bool Proves(TreeHash oldRoot, TreeHash newRoot)
    {
        if (OldSize < 0 || OldSize > NewSize)
        {
            return false;
        }

        if (OldSize == 0 || OldSize == NewSize)
        {
            return Hashes.Count == 0 && (OldSize == 0 ? oldRoot == TreeHash.EmptyRoot : oldRoot == newRoot)
                && (NewSize > 0 || newRoot == TreeHash.EmptyRoot);
        }

        // If the old tree is a perfect subtree of the new one, the first hash would be its root, which the verifier knows.
        IReadOnlyList<TreeHash> path = BitOperations.IsPow2(OldSize) ? [oldRoot, .. Hashes] : Hashes;
        return path.Count > 0 && Leads(path, oldRoot, newRoot);
    }

    private bool Leads(IReadOnlyList<TreeHash> hashes, TreeHash oldRoot, TreeHash newRoot)
    {
        var path = new ProofPath(OldSize - 1, NewSize - 1);
        path.SkipRightChildren();
        var (oldHash, newHash) = (hashes[0], hashes[0]);
        foreach (var next in hashes.Skip(1))
        {
            if (!path.TryClimb(out var siblingIsLeft))
            {
                return false;
            }

            // What lies to the left is in both trees, what lies to the right only in the new one.
            oldHash = siblingIsLeft ? TreeHasher.HashNode(next, oldHash) : oldHash;
            newHash = siblingIsLeft ? TreeHasher.HashNode(next, newHash) : TreeHasher.HashNode(newHash, next);
        }

        return path.IsAtRoot && oldHash == oldRoot && newHash == newRoot;
    }

    private static List<LeafRange> Subtrees(long oldSize, long newSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        var subtrees = new List<LeafRange>();
        if (oldSize == 0)
        {
            return subtrees;
        }

        var range = new LeafRange(0, newSize);
        while (range.End != oldSize)
        {
            var (left, right) = range.Split();
            (range, var sibling) = oldSize <= left.End ? (left, right) : (right, left);
            subtrees.Add(sibling);
        }

        // The last range ends where the old tree ends. If it is the whole old tree, the verifier knows its root.
        if (range.Begin != 0)
        {
            subtrees.Add(range);
        }

        subtrees.Reverse();
        return subtrees;
    }
}
