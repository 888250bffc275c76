using Secronna.Cli.Errors;
using Secronna.Client;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>
/// Verifies the log of the caller's workspace: that a pinned key signed its checkpoint, that it extends the checkpoint that was
/// verified before, and that its entries lead to the checkpoint's root. The caller holds the state's lock.
/// </summary>
/// <param name="client">The server.</param>
/// <param name="file">What was verified before.</param>
/// <param name="isOneLog">Whether the state is about one log, so that another workspace's is refused.</param>
/// <param name="logged">
/// Collects what the entries say of versions. It needs all entries, so those that it lacks are read although they were verified
/// before. <c>null</c> reads only the entries since the last checkpoint.
/// </param>
internal sealed class TrailVerifier(SecronnaClient client, TrailStateFile file, bool isOneLog, LoggedVersions? logged = null)
{
    private readonly LogFiles files = new(new ServerLog(client));

    /// <summary>Verifies all entries since the last checkpoint, and remembers the new one.</summary>
    /// <param name="key">The key to pin; <c>null</c> for the one that is pinned, or else for the one that the server names.</param>
    /// <param name="acceptedEpoch">The origin of a new epoch that may be followed; <c>null</c> for none.</param>
    /// <param name="cancellation">Stops the verification. Nothing is remembered then.</param>
    /// <exception cref="TrailMismatchException">A signature, a proof or a hash is wrong.</exception>
    /// <exception cref="NewEpochException">The log is in an epoch that isn't accepted, or has lost entries by it.</exception>
    public async Task<(Checkpoint Checkpoint, VerifiedTrail Verified)> VerifyAsync(
        PinnedKey? key, string? acceptedEpoch, CancellationToken cancellation)
    {
        var memory = new TrailMemory(file, isOneLog);
        var pinned = memory.FindKey(key) ?? await KeyOfServerAsync(cancellation).ConfigureAwait(false);
        var note = await files.ReadCheckpointAsync(cancellation).ConfigureAwait(false);
        var latest = pinned.Open(note.Span, ofWorkspace: key);
        var old = memory.FindCheckpoint(latest.Origin);
        var from = await FollowAsync(old, latest, acceptedEpoch, cancellation).ConfigureAwait(false);
        memory.Remember(pinned, latest, note.Span);
        if (old is not null && from < old.Size)
        {
            throw Epochs.Lost(old, latest);
        }

        return (latest, VerifiedTrail.Of(latest, from, pinned) with { First = old is null, Pinned = memory.IsEmpty && key is null });
    }

    // Only at first use: from then on, what the server says of its keys doesn't matter.
    private async Task<PinnedKey> KeyOfServerAsync(CancellationToken cancellation)
    {
        var keys = await client.GetAuditKeysAsync(cancellation).ConfigureAwait(false);
        return keys.Keys.LastOrDefault(key => key.RetiredAt is null) is { } current && PinnedKey.TryParse(current.Key, out var key)
            ? key
            : throw new TrailMismatchException("the server names no key that signs its checkpoints now");
    }

    /// <summary>Verifies the log. The returned size is up to where it is the same as before.</summary>
    private async Task<long> FollowAsync(Checkpoint? old, Checkpoint latest, string? acceptedEpoch, CancellationToken cancellation)
    {
        var tree = new LogTree(files, logged: logged);
        if (old is not null && old.Origin != latest.Origin)
        {
            Epochs.RequireAccepted(old, latest, acceptedEpoch);
            old = old.Size <= latest.Size && await tree.BeginsWithAsync(old, cancellation).ConfigureAwait(false) ? old : null;
        }
        else if (latest.Size < old?.Size)
        {
            throw new TrailMismatchException($"the log has {latest.Size} entries, but {old.Size} were verified before: entries were cut off");
        }

        if (old is not null && logged is not null && logged.Size < old.Size)
        {
            await tree.RequireBeginningAsync(old, cancellation).ConfigureAwait(false);
            await tree.RequireAsync(null, latest, cancellation).ConfigureAwait(false);
        }
        else
        {
            await tree.RequireAsync(old, latest, cancellation).ConfigureAwait(false);
        }

        return old?.Size ?? 0;
    }
}
