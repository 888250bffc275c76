using System.Globalization;
using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>A log that was exported to a folder (C2SP tlog-tiles).</summary>
internal sealed class FolderLog(string folder) : ILogSource
{
    /// <inheritdoc/>
    public string NameOf(string path) => Path.Combine([folder, .. path.Split('/')]);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(CancellationToken cancellation) =>
        ReadAsync(NameOf("checkpoint"), SignedNote.MaxSize, cancellation);

    /// <inheritdoc/>
    public async Task<LogFile> ReadAsync(TilePosition tile, LogFileKind kind, CancellationToken cancellation)
    {
        var found = File.Exists(NameOf(kind.PathOf(tile))) ? tile : FindWider(tile, kind) ?? tile;
        var path = NameOf(kind.PathOf(found));
        return new LogFile(path, found, await ReadAsync(path, kind.Longest, cancellation).ConfigureAwait(false));
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(string path, int longest, CancellationToken cancellation)
    {
        try
        {
            return new FileInfo(path).Length <= longest
                ? await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false)
                : throw new TrailMismatchException($"{path} is longer than any such file of a log");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"{path} is missing, so the log can't be verified: export it anew", "IO_ERROR");
        }
    }

    // A folder that was extended has the tile with as many hashes as its checkpoint covers, and no narrower one.
    private TilePosition? FindWider(TilePosition tile, LogFileKind kind)
    {
        var full = new TilePosition(tile.Level, tile.Index, TilePosition.FullWidth);
        if (tile.IsFull || File.Exists(NameOf(kind.PathOf(full))))
        {
            return full;
        }

        var partial = Path.GetDirectoryName(NameOf(kind.PathOf(tile)))!;
        var widths = !Directory.Exists(partial) ? [] : Directory.EnumerateFiles(partial).Select(WidthOf)
            .Where(width => width > tile.Width && width < TilePosition.FullWidth);
        return widths.DefaultIfEmpty().Max() is var widest and > 0 ? new TilePosition(tile.Level, tile.Index, widest) : null;
    }

    private static int WidthOf(string file) =>
        int.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out var width) ? width : 0;
}
