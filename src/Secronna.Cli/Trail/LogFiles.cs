using Secronna.Cli.Errors;
using Secronna.Client;
using Secronna.Crypto.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Trail;

/// <summary>The files of a log on a server: its checkpoint, tiles and bundles. Nothing that is read here is verified yet.</summary>
internal sealed class LogFiles(SecronnaClient client)
{
    /// <summary>The most bytes that any file of a log has: those of a bundle of the longest entries.</summary>
    public const int LongestBundle = TilePosition.FullWidth * (sizeof(ushort) + EntryBundle.LargestEntry);

    private const int MostWaits = 60;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>Reads the latest checkpoint, a signed note.</summary>
    public Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(CancellationToken cancellation) =>
        ReadAsync("checkpoint", SignedNote.MaxSize, cancellation);

    /// <summary>Reads the hashes of a tile. They may be more than were asked for, if the tile has grown since.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadTileAsync(TilePosition tile, CancellationToken cancellation)
    {
        var (hashes, read) = await ReadTileAsync(tile, TilePath.Format, TilePosition.FullSize, cancellation).ConfigureAwait(false);
        return hashes.Length == read.Size ? hashes : throw new TrailMismatchException($"{TilePath.Format(read)} isn't {read.Width} hashes");
    }

    /// <summary>Reads the entries whose hashes are in a tile of level 0.</summary>
    public async Task<IEnumerable<ReadOnlyMemory<byte>>> ReadEntriesAsync(TilePosition tile, CancellationToken cancellation)
    {
        var (bundle, read) = await ReadTileAsync(tile, TilePath.FormatEntries, LongestBundle, cancellation).ConfigureAwait(false);
        return EntryBundle.TryRead(bundle, read.Width, out var entries)
            ? entries.Take(tile.Width)
            : throw new TrailMismatchException($"{TilePath.FormatEntries(read)} isn't a bundle of {read.Width} entries");
    }

    /// <summary>Reads the proof that an entry is in the tree of a checkpoint.</summary>
    public Task<AuditProofResponse> ReadProofAsync(long sequence, Checkpoint checkpoint, CancellationToken cancellation) =>
        AskAsync($"the proof of entry {sequence}", () => client.GetAuditProofAsync(sequence, checkpoint.Size, cancellation), cancellation);

    // A partial tile may be gone once the tile is full. What no checkpoint covers yet has a time after which to ask again.
    private async Task<(ReadOnlyMemory<byte> Bytes, TilePosition Read)> ReadTileAsync(
        TilePosition tile, Func<TilePosition, string> path, int longest, CancellationToken cancellation)
    {
        try
        {
            return (await ReadAsync(path(tile), longest, cancellation).ConfigureAwait(false), tile);
        }
        catch (SecronnaException exception) when (!tile.IsFull && exception is { Code: ErrorCodes.NotFound, RetryAfter: null })
        {
            var full = new TilePosition(tile.Level, tile.Index, TilePosition.FullWidth);
            return (await ReadAsync(path(full), longest, cancellation).ConfigureAwait(false), full);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(string path, int longest, CancellationToken cancellation)
    {
        var bytes = await AskAsync(path, () => client.GetAuditFileAsync(path, cancellation), cancellation).ConfigureAwait(false);
        return bytes.Length <= longest
            ? bytes
            : throw new CliException($"the server's answer for {path} is longer than any that Secronna gives", ErrorCodes.Unavailable);
    }

    // A long log takes more requests than a minute may have, so a limit is waited out. A server that finds its own trail damaged
    // says the same as a wrong hash does.
    private static async Task<T> AskAsync<T>(string what, Func<Task<T>> read, CancellationToken cancellation)
    {
        for (var waits = 0; ; waits++)
        {
            try
            {
                return await read().ConfigureAwait(false);
            }
            catch (SecronnaException exception) when (exception is { Code: ErrorCodes.RateLimited, RetryAfter: { } delay } && IsBearable(waits, delay))
            {
                await Task.Delay(delay, cancellation).ConfigureAwait(false);
            }
            catch (SecronnaException exception) when (exception.Code == ErrorCodes.IntegrityError)
            {
                throw new TrailMismatchException($"the server can't give {what}: {exception.Message}");
            }
        }
    }

    private static bool IsBearable(int waits, TimeSpan delay) => waits < MostWaits && delay >= TimeSpan.Zero && delay <= LongestWait;
}
