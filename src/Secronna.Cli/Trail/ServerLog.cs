using Secronna.Cli.Errors;
using Secronna.Client;
using Secronna.Crypto.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Trail;

/// <summary>The log of the caller's workspace on a server.</summary>
internal sealed class ServerLog(SecronnaClient client) : ILogSource
{
    private const int MostWaits = 60;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public string NameOf(string path) => path;

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(CancellationToken cancellation) =>
        ReadAsync("checkpoint", SignedNote.MaxSize, cancellation);

    // A partial tile may be gone once the tile is full. What no checkpoint covers yet has a time after which to ask again.
    /// <inheritdoc/>
    public async Task<LogFile> ReadAsync(TilePosition tile, LogFileKind kind, CancellationToken cancellation)
    {
        try
        {
            return await ReadFileAsync(tile, kind, cancellation).ConfigureAwait(false);
        }
        catch (SecronnaException exception) when (!tile.IsFull && exception is { Code: ErrorCodes.NotFound, RetryAfter: null })
        {
            return await ReadFileAsync(new TilePosition(tile.Level, tile.Index, TilePosition.FullWidth), kind, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the proof that an entry is in the tree of a checkpoint.</summary>
    public Task<AuditProofResponse> ReadProofAsync(long sequence, Checkpoint checkpoint, CancellationToken cancellation) =>
        AskAsync($"the proof of entry {sequence}", () => client.GetAuditProofAsync(sequence, checkpoint.Size, cancellation), cancellation);

    private async Task<LogFile> ReadFileAsync(TilePosition tile, LogFileKind kind, CancellationToken cancellation) =>
        new(kind.PathOf(tile), tile, await ReadAsync(kind.PathOf(tile), kind.Longest, cancellation).ConfigureAwait(false));

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
