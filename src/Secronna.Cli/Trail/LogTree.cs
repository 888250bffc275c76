using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>
/// Recomputes a log's tree from its entries. It keeps one unfinished tile of each level and a few bundles, however long the log
/// is.
/// </summary>
/// <param name="files">The log's files.</param>
/// <param name="check">Compares the log's tiles with those that its entries give; <c>null</c> where only the root counts.</param>
/// <param name="logged">Collects what the entries say of versions; <c>null</c> where nobody needs it.</param>
internal sealed class LogTree(LogFiles files, TileCheck? check = null, LoggedVersions? logged = null)
{
    // As many bundles are read and hashed at the same time. It is also what bounds the memory.
    private const int MostBundles = 8;

    /// <summary>
    /// Requires that the log extends a checkpoint that was verified before, and has a new checkpoint's root. All entries since the
    /// old checkpoint are read.
    /// </summary>
    /// <param name="old">The checkpoint that was verified before; <c>null</c> reads all entries.</param>
    /// <param name="latest">The new checkpoint, whose size isn't below the old one's.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="TrailMismatchException">The tree has another root.</exception>
    public async Task RequireAsync(Checkpoint? old, Checkpoint latest, CancellationToken cancellation)
    {
        var tree = old is null ? new TreeBuilder(check is null ? null : check.Take) : await RestoreAsync(old, cancellation).ConfigureAwait(false)
            ?? throw Changed(old);
        await AppendAsync(tree, latest.Size, cancellation).ConfigureAwait(false);
        if (check is not null)
        {
            await check.RequireUnfinishedAsync(tree, cancellation).ConfigureAwait(false);
        }

        if (tree.Root() != latest.Root)
        {
            throw new TrailMismatchException($"entries {(old?.Size ?? 0) + 1} to {latest.Size} don't lead to the root in {files.Source.NameOf("checkpoint")}: at least one of them was changed");
        }
    }

    /// <summary>The error of a log that doesn't begin with the tree of a checkpoint.</summary>
    public static TrailMismatchException Changed(Checkpoint old) =>
        new($"the first {old.Size} entries aren't those of the checkpoint that was verified before: entries were changed, removed or put in between");

    /// <summary>Requires that the log begins with the tree of a checkpoint.</summary>
    /// <exception cref="TrailMismatchException">It begins with another one.</exception>
    public async Task RequireBeginningAsync(Checkpoint old, CancellationToken cancellation)
    {
        if (!await BeginsWithAsync(old, cancellation).ConfigureAwait(false))
        {
            throw Changed(old);
        }
    }

    /// <summary>Whether the log begins with the tree of a checkpoint.</summary>
    public async Task<bool> BeginsWithAsync(Checkpoint old, CancellationToken cancellation) =>
        await RestoreAsync(old, cancellation).ConfigureAwait(false) is not null;

    // The root follows from the unfinished tiles alone. So tiles that give the old root are those of the old tree, and whatever
    // is appended to them extends it.
    private async Task<TreeBuilder?> RestoreAsync(Checkpoint old, CancellationToken cancellation)
    {
        var tiles = new Dictionary<TilePosition, ReadOnlyMemory<byte>>();
        foreach (var position in TilePosition.UnfinishedIn(old.Size))
        {
            tiles[position] = await files.ReadTileAsync(position, cancellation).ConfigureAwait(false);
        }

        var tree = TreeBuilder.Restore(old.Size, position => tiles[position]);
        return tree.Root() == old.Root ? tree : null;
    }

    private async Task AppendAsync(TreeBuilder tree, long size, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = new Queue<Task<LeafTile>>();
        var (next, end) = (tree.Size / TilePosition.FullWidth, (size + TilePosition.FullWidth - 1) / TilePosition.FullWidth);
        try
        {
            while (tree.Size < size)
            {
                cancellation.ThrowIfCancellationRequested();
                while (next < end && reading.Count < MostBundles)
                {
                    reading.Enqueue(ReadAsync(TilePosition.In(size, level: 0, next++), stop.Token));
                }

                Append(tree, await reading.Dequeue().ConfigureAwait(false));
                await (check?.RequireTakenAsync(cancellation) ?? Task.CompletedTask).ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(reading.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // On threads of the pool, so that all processors hash. A file may be read without waiting, on the caller's thread.
    private Task<LeafTile> ReadAsync(TilePosition tile, CancellationToken cancellation) => Task.Run(async () =>
    {
        var leaves = await files.ReadLeavesAsync(tile, cancellation).ConfigureAwait(false);
        await (check?.RequireLeavesAsync(tile, leaves, cancellation) ?? Task.CompletedTask).ConfigureAwait(false);
        return leaves;
    }, cancellation);

    private void Append(TreeBuilder tree, LeafTile leaves)
    {
        if (logged is not null)
        {
            leaves.AddTo(logged);
        }

        var known = tree.UnfinishedTile(0);
        if (!leaves.Hashes.Span.StartsWith(known))
        {
            throw new TrailMismatchException($"entries that were verified before, up to entry {tree.Size}, were changed");
        }

        if (known.IsEmpty && leaves.Full is { } full)
        {
            tree.Append(full);
        }
        else
        {
            tree.Append(leaves.Hashes.Span[known.Length..]);
        }
    }
}
