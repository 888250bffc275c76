using System.Text;
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
/// <param name="server">The server's origin.</param>
internal sealed class TrailVerifier(SecronnaClient client, TrailStateFile file, string server)
{
    private readonly LogFiles files = new(client);

    /// <summary>Verifies all entries since the last checkpoint, and remembers the new one.</summary>
    /// <param name="key">The key to pin; <c>null</c> for the one that is pinned, or else for the one that the server names.</param>
    /// <param name="acceptedEpoch">The origin of a new epoch that may be followed; <c>null</c> for none.</param>
    /// <param name="cancellation">Stops the verification. Nothing is remembered then.</param>
    /// <exception cref="TrailMismatchException">A signature, a proof or a hash is wrong.</exception>
    /// <exception cref="NewEpochException">The log is in an epoch that isn't accepted, or has lost entries by it.</exception>
    public async Task<(Checkpoint Checkpoint, VerifiedTrail Verified)> VerifyAsync(
        PinnedKey? key, string? acceptedEpoch, CancellationToken cancellation)
    {
        var state = file.Read();
        var pinned = await PinAsync(state, key, cancellation).ConfigureAwait(false);
        var note = await files.ReadCheckpointAsync(cancellation).ConfigureAwait(false);
        var latest = pinned.Open(note.Span);
        if (key is not null && latest.Origin.Workspace != key.Origin.Workspace)
        {
            throw new TrailMismatchException($"the checkpoint is of {latest.Origin}, but the key is that of {key.Origin}");
        }

        var log = state?.Logs.GetValueOrDefault(Workspace(latest));
        var old = log is null ? null : OpenKnown(log.Checkpoint, latest.Origin);
        var next = (state ?? new TrailState(server, "", new Dictionary<string, VerifiedLog>())) with { Key = pinned.ToString() };
        var text = Encoding.UTF8.GetString(note.Span);
        var from = await FollowAsync(old, latest, acceptedEpoch, cancellation).ConfigureAwait(false);
        file.Write(next.With(
            Workspace(latest), log is not null && old!.Origin != latest.Origin ? log.InNewEpoch(text) : (log ?? new VerifiedLog(text)) with { Checkpoint = text }));
        if (old is not null && from < old.Size)
        {
            throw Epochs.Lost(old, latest);
        }

        return (latest, new VerifiedTrail(
            latest.Origin.ToString(), from, latest.Size, latest.Size - from, latest.Root.ToString(), pinned.ToString(), state is null && key is null));
    }

    private static string Workspace(Checkpoint checkpoint) => checkpoint.Origin.Workspace ?? "";

    private async Task<PinnedKey> PinAsync(TrailState? state, PinnedKey? key, CancellationToken cancellation)
    {
        var known = state is null ? null : PinnedKey.TryParse(state.Key, out var read) ? read : throw file.Damaged();
        if (key is not null && known is not null && key.Origin.Installation != known.Origin.Installation)
        {
            throw new CliException($"{file.Path} is about installation {known.Origin.Installation}, but the key is of installation {key.Origin.Installation}: name another folder with --state");
        }

        return key ?? known ?? await KeyOfServerAsync(cancellation).ConfigureAwait(false);
    }

    // Only at first use: from then on, what the server says of its keys doesn't matter.
    private async Task<PinnedKey> KeyOfServerAsync(CancellationToken cancellation)
    {
        var keys = await client.GetAuditKeysAsync(cancellation).ConfigureAwait(false);
        return keys.Keys.LastOrDefault(key => key.RetiredAt is null) is { } current && PinnedKey.TryParse(current.Key, out var key)
            ? key
            : throw new TrailMismatchException("the server names no key that signs its checkpoints now");
    }

    // The signature was verified before the note was stored. The key may be another one since.
    private Checkpoint OpenKnown(string note, Origin origin) =>
        SignedNote.TryParse(Encoding.UTF8.GetBytes(note), out var signed) && Checkpoint.TryParse(signed.Text, out var checkpoint)
            && checkpoint.Origin.Workspace == origin.Workspace && checkpoint.Origin.Installation == origin.Installation
            ? checkpoint
            : throw file.Damaged();

    /// <summary>Verifies the entries from the returned size on.</summary>
    private async Task<long> FollowAsync(Checkpoint? old, Checkpoint latest, string? acceptedEpoch, CancellationToken cancellation)
    {
        var tree = new LogTree(files);
        if (old is not null && old.Origin != latest.Origin)
        {
            Epochs.RequireAccepted(old, latest, acceptedEpoch);
            old = old.Size <= latest.Size && await tree.BeginsWithAsync(old, cancellation).ConfigureAwait(false) ? old : null;
        }
        else if (latest.Size < old?.Size)
        {
            throw new TrailMismatchException($"the log has {latest.Size} entries, but {old.Size} were verified before: entries were cut off");
        }

        await tree.RequireAsync(old, latest, cancellation).ConfigureAwait(false);
        return old?.Size ?? 0;
    }
}
