namespace Secronna.Crypto.Trail;

/// <summary>Proves that a leaf is in a tree (RFC 9162, section 2.1.3).</summary>
/// <param name="Index">The leaf's index, from 0.</param>
/// <param name="Size">The number of leaves of the tree.</param>
/// <param name="Hashes">The siblings on the way from the leaf to the root, the leaf's own sibling first.</param>
public sealed record InclusionProof(long Index, long Size, IReadOnlyList<TreeHash> Hashes)
{
    /// <summary>The tiles that <see cref="Make"/> will ask for, each once: so that they can be read all at once beforehand.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    public static IReadOnlyList<TilePosition> TilesFor(long index, long size) => ProofHashes.Tiles(Siblings(index, size), size);

    /// <summary>Makes a proof from the tiles of the tree, or of a later one of the same log.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    /// <exception cref="ArgumentException">A tile has fewer hashes than the size says.</exception>
    public static InclusionProof Make(long index, long size, TileSource tiles) =>
        new(index, size, ProofHashes.Read(Siblings(index, size), size, tiles));

    /// <summary>
    /// True if the hashes lead from this leaf at this index to this root of a tree of this size, and there are exactly as many as
    /// that takes (RFC 9162, section 2.1.3.2). Impossible indexes and sizes give false.
    /// </summary>
    public bool Proves(TreeHash leaf, TreeHash root)
    {
        if (Index < 0 || Index >= Size)
        {
            return false;
        }

        var (path, hash) = (new ProofPath(Index, Size - 1), leaf);
        foreach (var sibling in Hashes)
        {
            if (!path.TryClimb(out var siblingIsLeft))
            {
                return false;
            }

            hash = siblingIsLeft ? TreeHasher.HashNode(sibling, hash) : TreeHasher.HashNode(hash, sibling);
        }

        return path.IsAtRoot && hash == root;
    }

    private static List<LeafRange> Siblings(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var siblings = new List<LeafRange>();
        for (var range = new LeafRange(0, size); range.Count > 1;)
        {
            var (left, right) = range.Split();
            (range, var sibling) = index < left.End ? (left, right) : (right, left);
            siblings.Add(sibling);
        }

        siblings.Reverse();
        return siblings;
    }
}
