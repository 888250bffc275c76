using System.Text;
using Secronna.Cli.Errors;
using Secronna.Client;
using Secronna.Crypto.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Trail;

/// <summary>
/// The step from a pinned key to the one that follows it. The pin moves only by an entry that names the next key, under a checkpoint
/// that the pinned key signed.
/// </summary>
/// <param name="Pinned">The pinned key.</param>
/// <param name="Sequence">The number of the entry that is said to name the next key.</param>
/// <param name="Covering">A checkpoint that covers the entry. The pinned key has signed it; its tree isn't verified yet.</param>
internal sealed record KeyStep(PinnedKey Pinned, long Sequence, Checkpoint Covering)
{
    /// <summary>Asks the server for the step from a key.</summary>
    /// <exception cref="TrailMismatchException">The server names none, or a checkpoint that the key hasn't signed.</exception>
    public static async Task<KeyStep> FindAsync(SecronnaClient client, PinnedKey pinned, Origin log, CancellationToken cancellation)
    {
        var keys = await client.GetAuditKeysAsync(cancellation).ConfigureAwait(false);
        var successor = keys.Keys.FirstOrDefault(key => pinned.Is(key.Key))?.Successor ?? throw new TrailMismatchException(
            $"the checkpoint of {log} isn't signed by the pinned key, and nothing that this key signed names another one. Ask the operator; if the log key was lost or the database restored, pin the new key by hand with --key");
        var covering = pinned.Open(Encoding.UTF8.GetBytes(successor.Checkpoint), ofWorkspace: null);
        return covering.Origin.Workspace == log.Workspace && covering.Size >= successor.Sequence && successor.Sequence > 0
            ? new KeyStep(pinned, successor.Sequence, covering)
            : throw new TrailMismatchException($"the server proves the new log key by {covering.Origin} at size {covering.Size}, which isn't a checkpoint of this log that covers entry {successor.Sequence}");
    }

    /// <summary>Takes the step.</summary>
    /// <param name="entries">Reads the entry.</param>
    /// <param name="verified">A checkpoint that covers the entry, and whose tree is verified.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>The next key.</returns>
    /// <exception cref="TrailMismatchException">The entry names no key.</exception>
    public async Task<PinnedKey> TakeAsync(ProvenEntries entries, Checkpoint verified, CancellationToken cancellation)
    {
        var entry = (await entries.ReadAsync(Sequence, verified, cancellation).ConfigureAwait(false)).Entry;
        return entry is { Action: AuditActions.LogKeyRotate, Outcome: AuditOutcomes.Success, TargetId: { } key } && Pinned.TryReplace(key, out var next)
            ? next
            : throw new TrailMismatchException($"entry {Sequence} is proven, but it doesn't name a new log key");
    }
}
