// What is kept of a tree is the unfinished tile of each level. With 70,000 leaves:
//
//   level 2    width 1      one hash of 65,536 leaves
//   level 1    width 17     17 hashes of 256 leaves each
//   level 0    width 112    112 hashes of leaves
//
// 65,536 + 17 * 256 + 112 = 70,000: the widths are the size's digits to the base of 256. A tile that becomes full is given away,
// and its root is the next hash of the level above.

namespace Secronna.Crypto.Trail;

/// <summary>
/// Builds the trail's Merkle tree (RFC 6962) leaf by leaf, in tiles (C2SP tlog-tiles). It keeps the unfinished tile of each level:
/// 8 KiB a level at most, whatever the tree's size. From these and the size it can be restored.
/// </summary>
/// <remarks>It isn't thread-safe. If the receiver of completed tiles throws, the builder must not be used any more.</remarks>
public sealed class TreeBuilder
{
    private readonly byte[]?[] levels = new byte[TilePosition.Levels][];
    private readonly CompletedTile? completed;

    /// <summary>A tree without leaves.</summary>
    /// <param name="completed">Takes each tile when it becomes full, lower levels first; <c>null</c> if nobody needs them.</param>
    public TreeBuilder(CompletedTile? completed = null) => this.completed = completed;

    /// <summary>The number of leaves.</summary>
    public long Size { get; private set; }

    /// <summary>
    /// Continues a tree. Whoever knows the root that it must have, from a checkpoint, compares <see cref="Root"/> with it.
    /// </summary>
    /// <param name="size">The number of leaves.</param>
    /// <param name="unfinished">Gives the tiles that <see cref="TilePosition.UnfinishedIn"/> names.</param>
    /// <param name="completed">Takes each tile when it becomes full; <c>null</c> if nobody needs them.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    /// <exception cref="ArgumentException">A tile has fewer hashes than the size says.</exception>
    public static TreeBuilder Restore(long size, TileSource unfinished, CompletedTile? completed = null)
    {
        var builder = new TreeBuilder(completed) { Size = size };
        foreach (var position in TilePosition.UnfinishedIn(size))
        {
            unfinished.Read(position).Span.CopyTo(builder.Level(position.Level));
        }

        return builder;
    }

    /// <summary>Appends leaves.</summary>
    /// <param name="leafHashes">Their hashes, 32 bytes each.</param>
    /// <exception cref="ArgumentException">The length is no multiple of 32.</exception>
    public void Append(ReadOnlySpan<byte> leafHashes)
    {
        if (leafHashes.Length % TreeHash.Size != 0)
        {
            throw new ArgumentException("A hash is 32 bytes long.", nameof(leafHashes));
        }

        while (!leafHashes.IsEmpty)
        {
            var free = Level(0).AsSpan(WidthOf(0) * TreeHash.Size);
            var fitting = leafHashes[..Math.Min(free.Length, leafHashes.Length)];
            fitting.CopyTo(free);
            Size = checked(Size + (fitting.Length / TreeHash.Size));
            leafHashes = leafHashes[fitting.Length..];
            Complete(level: 0);
        }
    }

    /// <summary>Appends a leaf.</summary>
    public void Append(TreeHash leafHash)
    {
        Span<byte> bytes = stackalloc byte[TreeHash.Size];
        leafHash.CopyTo(bytes);
        Append(bytes);
    }

    /// <summary>Appends 256 leaves whose tile was hashed beforehand.</summary>
    /// <exception cref="InvalidOperationException">The tree's size is no multiple of 256, so the leaves aren't one tile.</exception>
    public void Append(HashedTile leaves)
    {
        if (WidthOf(0) != 0)
        {
            throw new InvalidOperationException("A full tile can only follow a full tile.");
        }

        Size = checked(Size + TilePosition.FullWidth);
        GiveAway(0, leaves.Hashes, leaves.Root);
        Complete(level: 1);
    }

    /// <summary>The hashes of a level's unfinished tile: none if all tiles of the level are full. They are valid until leaves are appended.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    public ReadOnlySpan<byte> UnfinishedTile(int level)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(level, TilePosition.Levels);
        return WidthOf(level) is var width and > 0 ? Level(level).AsSpan(0, width * TreeHash.Size) : [];
    }

    /// <summary>The root of the tree as it is now. This hashes 255 nodes a level at most.</summary>
    public TreeHash Root()
    {
        TreeHash? root = null;
        for (var level = 0; level < TilePosition.Levels; level++)
        {
            // The unfinished tile is perfect trees of falling sizes. The smallest is the rightmost and joins first.
            var rest = UnfinishedTile(level);
            while (!rest.IsEmpty)
            {
                var smallest = rest.Length & -rest.Length;
                var left = TreeHasher.HashPerfectTree(rest[^smallest..]);
                root = root is { } right ? TreeHasher.HashNode(left, right) : left;
                rest = rest[..^smallest];
            }
        }

        return root ?? TreeHash.EmptyRoot;
    }

    // Gives away the tile of this level if it is full, and those above that become full by it.
    private void Complete(int level)
    {
        while (WidthOf(level) == 0)
        {
            GiveAway(level, Level(level), TreeHasher.HashPerfectTree(Level(level)));
            level++;
        }
    }

    private void GiveAway(int level, ReadOnlySpan<byte> hashes, TreeHash root)
    {
        var index = TilePosition.HashesAt(level + 1, Size) - 1;
        completed?.Invoke(new TilePosition(level, index, TilePosition.FullWidth), hashes);
        root.CopyTo(Level(level + 1).AsSpan((int)(index % TilePosition.FullWidth) * TreeHash.Size));
    }

    private byte[] Level(int level) => levels[level] ??= new byte[TilePosition.FullSize];

    private int WidthOf(int level) => (int)(TilePosition.HashesAt(level, Size) % TilePosition.FullWidth);
}
