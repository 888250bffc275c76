namespace Secronna.Crypto.Trail;

/// <summary>
/// Where a tile of hashes stands in a tree (C2SP tlog-tiles), and how many hashes of it are meant. A tile holds up to 256
/// neighbouring hashes of one level. Level 0 has the leaves' hashes; each hash of a higher level is the root of a full tile of the
/// level below.
/// </summary>
public readonly record struct TilePosition
{
    /// <summary>The number of hashes in a full tile.</summary>
    public const int FullWidth = 256;

    /// <summary>The size of a full tile in bytes.</summary>
    public const int FullSize = FullWidth * TreeHash.Size;

    /// <summary>The number of levels that the largest tree has (2^63 − 1 leaves).</summary>
    public const int Levels = 8;

    internal const int BitsOfWidth = 8;

    /// <summary>Names a tile, or its first hashes.</summary>
    /// <param name="level">The level, from 0.</param>
    /// <param name="index">The number of the tile within its level, from 0.</param>
    /// <param name="width">The number of hashes: 256 for the full tile, or 1 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException">No tree of up to 2^63 − 1 leaves has these hashes.</exception>
    public TilePosition(int level, long index, int width)
    {
        if (!Exists(level, index, width))
        {
            throw new ArgumentOutOfRangeException(nameof(index), "No tree has such a tile.");
        }

        (Level, Index, Width) = (level, index, width);
    }

    /// <summary>The level, from 0.</summary>
    public int Level { get; }

    /// <summary>The number of the tile within its level, from 0.</summary>
    public long Index { get; }

    /// <summary>The number of hashes: 256 for a full tile, or 1 to 255.</summary>
    public int Width { get; }

    /// <summary>True if all 256 hashes are meant.</summary>
    public bool IsFull => Width == FullWidth;

    /// <summary>The size of the hashes in bytes.</summary>
    public int Size => Width * TreeHash.Size;

    /// <summary>The unfinished tiles of a tree: of each level one at most, from level 0 upwards.</summary>
    /// <param name="treeSize">The number of leaves.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public static IReadOnlyList<TilePosition> UnfinishedIn(long treeSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(treeSize);
        return [.. from level in Enumerable.Range(0, Levels)
                   let hashes = HashesAt(level, treeSize)
                   where hashes % FullWidth != 0
                   select new TilePosition(level, hashes / FullWidth, (int)(hashes % FullWidth))];
    }

    /// <summary>The tile as wide as it is in a tree of this size.</summary>
    /// <param name="treeSize">The number of leaves.</param>
    /// <param name="level">The level, from 0.</param>
    /// <param name="index">The number of the tile within its level, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no hash in this tile.</exception>
    public static TilePosition In(long treeSize, int level, long index)
    {
        var isPossible = level is >= 0 and < Levels && index is >= 0 and <= long.MaxValue / FullWidth;
        return new(level, index, isPossible ? (int)Math.Min(FullWidth, HashesAt(level, treeSize) - (index * FullWidth)) : 0);
    }

    /// <summary>True if a tree of this size has all these hashes.</summary>
    public bool IsIn(long treeSize) => (Index * FullWidth) + Width <= HashesAt(Level, treeSize);

    internal static bool Exists(int level, long index, int width) =>
        level is >= 0 and < Levels && index is >= 0 and <= long.MaxValue / FullWidth && width is > 0 and <= FullWidth
        && (((UInt128)index * FullWidth) + (UInt128)width) << (BitsOfWidth * level) <= long.MaxValue;

    /// <summary>The number of hashes at a level of a tree of this size, which must not be negative.</summary>
    internal static long HashesAt(int level, long treeSize) => treeSize >> (BitsOfWidth * level);
}
