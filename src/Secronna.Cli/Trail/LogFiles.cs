using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>Reads what the files of a log hold. The files have the right form; nothing else of them is verified yet.</summary>
internal sealed class LogFiles(ILogSource source)
{
    /// <summary>Where the files come from.</summary>
    public ILogSource Source => source;

    /// <summary>Reads the latest checkpoint, a signed note.</summary>
    public Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(CancellationToken cancellation) => source.ReadCheckpointAsync(cancellation);

    /// <summary>Reads the hashes of a tile. They may be more than were asked for, if the tile has grown since.</summary>
    /// <exception cref="TrailMismatchException">The file isn't as many hashes as its name says.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadTileAsync(TilePosition tile, CancellationToken cancellation)
    {
        var file = await source.ReadAsync(tile, LogFileKind.Hashes, cancellation).ConfigureAwait(false);
        return file.Bytes.Length == file.Tile.Size
            ? file.Bytes
            : throw new TrailMismatchException($"{file.Name} isn't {file.Tile.Width} hashes");
    }

    /// <summary>Reads the entries whose hashes are in a tile of level 0, and hashes them.</summary>
    /// <exception cref="TrailMismatchException">
    /// The file isn't as many entries as its name says, or an entry has another number than its place in the log.
    /// </exception>
    public async Task<LeafTile> ReadLeavesAsync(TilePosition tile, CancellationToken cancellation)
    {
        var file = await source.ReadAsync(tile, LogFileKind.Entries, cancellation).ConfigureAwait(false);
        return EntryBundle.TryRead(file.Bytes, file.Tile.Width, out var entries)
            ? LeafTile.Of(tile, file.Name, entries)
            : throw new TrailMismatchException($"{file.Name} isn't a bundle of {file.Tile.Width} entries");
    }
}
