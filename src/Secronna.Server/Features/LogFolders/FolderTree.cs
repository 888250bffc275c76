using System.Text;
using Secronna.Crypto.Trail;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;

namespace Secronna.Server.Features.LogFolders;

/// <summary>The tree of the log in a folder while entries are appended to it. Its hashes are those of the files as they can be read.</summary>
internal sealed class FolderTree
{
    private readonly LogFolder folder;
    private readonly Checkpoint? old;
    private readonly TreeBuilder tree;

    private FolderTree(LogFolder folder, Checkpoint? old)
    {
        (this.folder, this.old) = (folder, old);
        tree = old is null ? new TreeBuilder(Complete) : TreeBuilder.Restore(old.Size, ReadUnfinished, Complete);
    }

    /// <summary>The number of entries.</summary>
    public long Size => tree.Size;

    /// <summary>The path of the folder.</summary>
    public string FolderPath => folder.Path;

    /// <summary>Restores the tree that an earlier export wrote; <c>null</c> begins with an empty one.</summary>
    /// <exception cref="SettingsException">The tiles in the folder are not those of its checkpoint.</exception>
    public static FolderTree Restore(LogFolder folder, Checkpoint? old)
    {
        var restored = new FolderTree(folder, old);
        return old is null || restored.tree.Root() == old.Root ? restored : throw new SettingsException(
            $"the tiles in {folder.Path} are not those of its checkpoint, so it was damaged: export to a new folder");
    }

    /// <summary>Writes bundles, reads them back, and appends their hashes.</summary>
    /// <exception cref="TrailDamagedException">The first bundle doesn't begin with the entries that the folder has already.</exception>
    public async Task AppendAsync(LogSlice slice, CancellationToken cancellation)
    {
        var hashes = new byte[slice.Bundles.Count][];
        await Parallel.ForAsync(0, hashes.Length, cancellation, (i, _) =>
        {
            hashes[i] = Write(slice.Bundles[i].Tile, slice.Bundles[i].Bundle);
            return ValueTask.CompletedTask;
        });
        foreach (var leaves in hashes)
        {
            Append(leaves);
        }
    }

    /// <summary>Writes the unfinished tiles and the checkpoint, whose tree this must be by now.</summary>
    /// <exception cref="TrailDamagedException">The tree has another root than the checkpoint.</exception>
    public void Publish(PublishedLog log)
    {
        if (tree.Root() != log.Checkpoint.Root)
        {
            throw new TrailDamagedException(
                $"entries {(old?.Size ?? 0) + 1} to {tree.Size} don't lead to the root that the checkpoint of {log.Checkpoint.Origin} has: "
                + $"an entry was changed, or {folder.Path} has other entries than the database. Run secronna-server backup verify");
        }

        foreach (var tile in TilePosition.UnfinishedIn(tree.Size).Where(tile => tile.Level > 0))
        {
            folder.Write(TilePath.Format(tile), tree.UnfinishedTile(tile.Level));
        }

        folder.Publish(Encoding.UTF8.GetBytes(log.Note));
        foreach (var tile in TilePosition.UnfinishedIn(old?.Size ?? 0).Except(TilePosition.UnfinishedIn(tree.Size)))
        {
            folder.RemovePartial(tile);
        }
    }

    private void Append(ReadOnlySpan<byte> leaves)
    {
        var known = tree.UnfinishedTile(0);
        if (!leaves.StartsWith(known))
        {
            throw new TrailDamagedException(
                $"the database has other entries up to entry {tree.Size} than {folder.Path}, so they were changed since they were exported");
        }

        tree.Append(leaves[known.Length..]);
    }

    private byte[] Write(TilePosition tile, byte[] bundle)
    {
        var path = TilePath.FormatEntries(tile);
        folder.Write(path, bundle);
        var hashes = new byte[tile.Size];
        if (!EntryBundle.TryHash(folder.Find(path), hashes))
        {
            throw new IOException($"{folder.PathOf(path)} can't be read back as it was written");
        }

        folder.Write(TilePath.Format(tile), hashes);
        return hashes;
    }

    // Tiles of level 0 are written with their bundles.
    private void Complete(TilePosition tile, ReadOnlySpan<byte> hashes)
    {
        if (tile.Level > 0)
        {
            folder.Write(TilePath.Format(tile), hashes);
        }
    }

    private ReadOnlyMemory<byte> ReadUnfinished(TilePosition tile) =>
        folder.Find(TilePath.Format(tile)) is { } hashes && hashes.Length == tile.Size ? hashes : throw new SettingsException(
            $"{folder.PathOf(TilePath.Format(tile))} is missing or damaged: export to a new folder");
}
