using System.Globalization;
using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>A log that was exported to a folder (C2SP tlog-tiles).</summary>
internal sealed class FolderLog(string folder) : ILogSource
{
    /// <inheritdoc/>
    public string NameOf(string path) => Path.Combine([folder, .. path.Split('/')]);

    // Files are read on the caller's thread, which is one of several that also hash what they read.
    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(CancellationToken cancellation) =>
        Task.FromResult(Read(NameOf("checkpoint"), SignedNote.MaxSize));

    /// <inheritdoc/>
    public Task<LogFile> ReadAsync(TilePosition tile, LogFileKind kind, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var found = tile.IsFull || File.Exists(NameOf(kind.PathOf(tile))) ? tile : FindWider(tile, kind) ?? tile;
        var path = NameOf(kind.PathOf(found));
        return Task.FromResult(new LogFile(path, found, Read(path, kind.Longest)));
    }

    private static ReadOnlyMemory<byte> Read(string path, int longest)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var bytes = RandomAccess.GetLength(file) is var length && length <= longest
                ? GC.AllocateUninitializedArray<byte>((int)length)
                : throw new TrailMismatchException($"{path} is longer than any such file of a log");
            var read = 0;
            for (int more; read < bytes.Length && (more = RandomAccess.Read(file, bytes.AsSpan(read), read)) > 0;)
            {
                read += more;
            }

            return bytes.AsMemory(0, read);
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
        if (File.Exists(NameOf(kind.PathOf(full))))
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
