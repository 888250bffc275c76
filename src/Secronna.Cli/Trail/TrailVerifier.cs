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
/// <param name="isOneLog">Whether the state is about one log, so that another workspace's is refused.</param>
internal sealed class TrailVerifier(SecronnaClient client, TrailStateFile file, string server, bool isOneLog)
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

        var known = FindKnown(state, latest.Origin);
        var old = known is null ? null : OpenKnown(known.Checkpoint, latest.Origin);
        var from = await FollowAsync(old, latest, acceptedEpoch, cancellation).ConfigureAwait(false);
        file.Write(Next(state, pinned, known, latest, Encoding.UTF8.GetString(note.Span), isNewEpoch: old is not null && old.Origin != latest.Origin));
        if (old is not null && from < old.Size)
        {
            throw Epochs.Lost(old, latest);
        }

        return (latest, new VerifiedTrail(
            latest.Origin.ToString(), from, latest.Size, latest.Size - from, latest.Root.ToString(), pinned.ToString(),
            First: known is null, Pinned: state is null && key is null));
    }

    private static string Workspace(Origin origin) => origin.Workspace ?? "";

    private VerifiedLog? FindKnown(TrailState? state, Origin origin)
    {
        var known = state?.Logs.GetValueOrDefault(Workspace(origin));
        return known is null && state is not null && isOneLog
            ? throw new TrailMismatchException($"{file.Path} is about another workspace than {origin}: name a folder of its own with --state")
            : known;
    }

    private TrailState Next(TrailState? state, PinnedKey pinned, VerifiedLog? known, Checkpoint latest, string note, bool isNewEpoch)
    {
        var log = known is not null && isNewEpoch ? known.InNewEpoch(note) : (known ?? new VerifiedLog(note)) with { Checkpoint = note };
        var old = state ?? new TrailState(server, "", new Dictionary<string, VerifiedLog>());
        return (old with { Key = pinned.ToString() }).With(Workspace(latest.Origin), log);
    }

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
