using System.Numerics;

namespace Secronna.Crypto.Trail;

/// <summary>The leaves of one subtree, as RFC 6962, section 2.1 splits trees: from <c>Begin</c> on, up to but without <c>End</c>.</summary>
internal readonly record struct LeafRange(long Begin, long End)
{
    public long Count => End - Begin;

    /// <summary>The two halves: the left has the largest power of two of leaves that leaves at least one for the right.</summary>
    public (LeafRange Left, LeafRange Right) Split()
    {
        var middle = Begin + (1L << BitOperations.Log2((ulong)Count - 1));
        return (new LeafRange(Begin, middle), new LeafRange(middle, End));
    }

    /// <summary>The perfect subtrees that the range consists of, from left to right. A perfect subtree has a power of two of leaves.</summary>
    public IEnumerable<PerfectSubtree> PerfectSubtrees()
    {
        for (var begin = Begin; begin < End;)
        {
            var height = BitOperations.Log2((ulong)(End - begin));
            yield return new PerfectSubtree(height, begin >> height);
            begin += 1L << height;
        }
    }
}

/// <summary>A subtree with 2^<c>Height</c> leaves, the <c>Index</c>-th of that height. Its root is a node within some tile.</summary>
internal readonly record struct PerfectSubtree(int Height, long Index)
{
    // Hashes of the tile's level that lie below the subtree's root: 1 to 128, and so within one tile.
    private int HashCount => 1 << (Height % TilePosition.BitsOfWidth);

    private long FirstHash => Index * HashCount;

    /// <summary>The tile that holds the subtree.</summary>
    public TilePosition Tile(long treeSize) =>
        TilePosition.In(treeSize, Height / TilePosition.BitsOfWidth, FirstHash / TilePosition.FullWidth);

    /// <summary>The subtree's root, from that tile.</summary>
    public TreeHash Root(ReadOnlySpan<byte> tile)
    {
        var offset = (int)(FirstHash % TilePosition.FullWidth);
        return TreeHasher.HashPerfectTree(tile.Slice(offset * TreeHash.Size, HashCount * TreeHash.Size));
    }
}
