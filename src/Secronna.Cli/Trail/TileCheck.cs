using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>
/// Compares the tiles of a log with the hashes that its entries give. The entries alone lead to the root. But whoever reads the
/// folder of a log may use its tiles, so they must be right too.
/// </summary>
internal sealed class TileCheck(LogFiles files)
{
    private readonly Queue<(TilePosition Tile, byte[] Hashes)> completed = new();

    /// <summary>Compares the tile of level 0 with the hashes of its entries. Several tiles may be compared at the same time.</summary>
    /// <exception cref="TrailMismatchException">The tile has other hashes.</exception>
    public async Task RequireLeavesAsync(TilePosition tile, LeafTile leaves, CancellationToken cancellation)
    {
        if (await FirstWrongAsync(tile, leaves.Hashes, cancellation).ConfigureAwait(false) is { } wrong)
        {
            throw new TrailMismatchException(
                $"{Name(tile, LogFileKind.Hashes)} and {Name(tile, LogFileKind.Entries)} contradict each other at entry {(tile.Index * TilePosition.FullWidth) + wrong + 1}: one of them was changed");
        }
    }

    /// <summary>Takes a tile that the tree has completed.</summary>
    public void Take(TilePosition tile, ReadOnlySpan<byte> hashes)
    {
        if (tile.Level > 0)
        {
            completed.Enqueue((tile, hashes.ToArray()));
        }
    }

    /// <summary>Compares the tiles that were taken since the last call.</summary>
    /// <exception cref="TrailMismatchException">A tile has other hashes.</exception>
    public async Task RequireTakenAsync(CancellationToken cancellation)
    {
        while (completed.TryDequeue(out var taken))
        {
            await RequireAsync(taken.Tile, taken.Hashes, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Compares the unfinished tiles of a tree, above level 0.</summary>
    /// <exception cref="TrailMismatchException">A tile has other hashes.</exception>
    public async Task RequireUnfinishedAsync(TreeBuilder tree, CancellationToken cancellation)
    {
        foreach (var tile in TilePosition.UnfinishedIn(tree.Size).Where(tile => tile.Level > 0))
        {
            await RequireAsync(tile, tree.UnfinishedTile(tile.Level).ToArray(), cancellation).ConfigureAwait(false);
        }
    }

    private async Task RequireAsync(TilePosition tile, ReadOnlyMemory<byte> hashes, CancellationToken cancellation)
    {
        if (await FirstWrongAsync(tile, hashes, cancellation).ConfigureAwait(false) is { } wrong)
        {
            var below = new TilePosition(tile.Level - 1, (tile.Index * TilePosition.FullWidth) + wrong, TilePosition.FullWidth);
            throw new TrailMismatchException(
                $"hash {wrong + 1} in {Name(tile, LogFileKind.Hashes)} isn't the one that {Name(below, below.Level == 0 ? LogFileKind.Entries : LogFileKind.Hashes)} gives: one of them was changed");
        }
    }

    private async Task<int?> FirstWrongAsync(TilePosition tile, ReadOnlyMemory<byte> hashes, CancellationToken cancellation)
    {
        var stored = await files.ReadTileAsync(tile, cancellation).ConfigureAwait(false);
        var equal = stored.Span.CommonPrefixLength(hashes.Span);
        return equal < hashes.Length ? equal / TreeHash.Size : null;
    }

    private string Name(TilePosition tile, LogFileKind kind) => files.Source.NameOf(kind.PathOf(tile));
}
