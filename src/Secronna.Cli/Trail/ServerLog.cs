using Secronna.Cli.Errors;
using Secronna.Client;
using Secronna.Crypto.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Trail;

/// <summary>The log of the caller's workspace on a server.</summary>
internal sealed class ServerLog(SecronnaClient client) : ILogSource
{
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
        PatientRequest.SendAsync($"the proof of entry {sequence}", () => client.GetAuditProofAsync(sequence, checkpoint.Size, cancellation), cancellation);

    private async Task<LogFile> ReadFileAsync(TilePosition tile, LogFileKind kind, CancellationToken cancellation) =>
        new(kind.PathOf(tile), tile, await ReadAsync(kind.PathOf(tile), kind.Longest, cancellation).ConfigureAwait(false));

    private async Task<ReadOnlyMemory<byte>> ReadAsync(string path, int longest, CancellationToken cancellation)
    {
        var bytes = await PatientRequest.SendAsync(path, () => client.GetAuditFileAsync(path, cancellation), cancellation).ConfigureAwait(false);
        return bytes.Length <= longest
            ? bytes
            : throw new CliException($"the server's answer for {path} is longer than any that Secronna gives", ErrorCodes.Unavailable);
    }
}
