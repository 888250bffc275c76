namespace Secronna.Crypto.Trail;

/// <summary>Finds the roots of subtrees, of which proofs consist, in a tree's tiles.</summary>
internal static class ProofHashes
{
    /// <summary>The tiles that the roots of these subtrees are computed from, each once.</summary>
    public static IReadOnlyList<TilePosition> Tiles(IEnumerable<LeafRange> ranges, long treeSize) =>
    [
        .. ranges.SelectMany(range => range.PerfectSubtrees()).Select(subtree => subtree.Tile(treeSize)).Distinct(),
    ];

    /// <summary>The roots of these subtrees. The source is asked once for each tile.</summary>
    /// <exception cref="ArgumentException">A tile has fewer hashes than the tree's size says.</exception>
    public static IReadOnlyList<TreeHash> Read(IReadOnlyList<LeafRange> ranges, long treeSize, TileSource source)
    {
        var tiles = Tiles(ranges, treeSize).ToDictionary(position => position, source.Read);
        return [.. ranges.Select(Root)];

        TreeHash Root(LeafRange range) => range.PerfectSubtrees().Reverse()
            .Select(subtree => subtree.Root(tiles[subtree.Tile(treeSize)].Span))
            .Aggregate((right, left) => TreeHasher.HashNode(left, right));
    }
}
