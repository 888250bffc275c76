using Secronna.Cli.Errors;
using Secronna.Client;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>
/// Verifies the log of the caller's workspace: that a pinned key, or one that follows it, signed its checkpoint, that it extends the
/// checkpoint that was verified before, and that its entries lead to the checkpoint's root. The caller holds the state's lock.
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
    // A server that names one key after another must not be followed for ever.
    private const int MostKeySteps = 100;

    private readonly ServerLog server = new(client);

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
        var note = await server.ReadCheckpointAsync(cancellation).ConfigureAwait(false);
        var pinned = memory.FindKey(key) ?? await KeyOfServerAsync(note, cancellation).ConfigureAwait(false);
        var origin = pinned.RequireInstallation(note.Span);
        var known = memory.FindCheckpoint(origin);
        var walk = new LogWalk(
            new LogFiles(server), logged, (to, stop) => EpochStep.FindAsync(client, new ProvenEntries(server), to, stop), known, acceptedEpoch);
        for (var steps = 0; steps < MostKeySteps && !pinned.HasSigned(note.Span); steps++)
        {
            pinned = await StepAsync(walk, pinned, origin, cancellation).ConfigureAwait(false);
        }

        var latest = pinned.Open(note.Span, ofWorkspace: key);
        await walk.GoAsync(latest, cancellation).ConfigureAwait(false);
        memory.Remember(pinned, latest, note.Span);
        return walk.Lost is { } lost
            ? throw lost
            : (latest, VerifiedTrail.Of(latest, walk.From, pinned) with { First = known is null, Pinned = memory.IsEmpty && key is null });
    }

    // Only at first use: from then on, what the server says of its keys has to be proven. A log that has not grown since the key was
    // rotated still has a checkpoint of the key before.
    private async Task<PinnedKey> KeyOfServerAsync(ReadOnlyMemory<byte> note, CancellationToken cancellation)
    {
        var keys = await client.GetAuditKeysAsync(cancellation).ConfigureAwait(false);
        return keys.Keys.Select(named => PinnedKey.TryParse(named.Key, out var key) ? key : null).FirstOrDefault(key => key?.HasSigned(note.Span) is true)
            ?? throw new TrailMismatchException("the server names no key that has signed its checkpoint");
    }

    // What was verified before may cover the entry that names the next key already.
    private async Task<PinnedKey> StepAsync(LogWalk walk, PinnedKey pinned, Origin origin, CancellationToken cancellation)
    {
        var step = await KeyStep.FindAsync(client, pinned, origin, cancellation).ConfigureAwait(false);
        if (walk.Verified?.Origin != step.Covering.Origin || walk.Verified.Size < step.Sequence)
        {
            await walk.GoAsync(step.Covering, cancellation).ConfigureAwait(false);
        }

        return await step.TakeAsync(new ProvenEntries(server), walk.Verified!, cancellation).ConfigureAwait(false);
    }
}
