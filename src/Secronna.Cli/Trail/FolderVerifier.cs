using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>
/// Verifies a log that was exported to a folder, without a server: that a key that was pinned before, or is given, signed its
/// checkpoint; that all its entries and tiles lead to the checkpoint's root; and that it agrees with what was verified before of
/// this log, in folders and on servers. The caller holds the lock of the states.
/// </summary>
/// <param name="log">The folder.</param>
/// <param name="states">The folder with the states.</param>
/// <param name="isOneLog">Whether the folder of the states is about one log, so that another workspace's is refused.</param>
internal sealed class FolderVerifier(FolderLog log, string states, bool isOneLog)
{
    private readonly LogFiles files = new(log);

    /// <summary>Verifies everything in the folder, and remembers its checkpoint unless a later one is remembered.</summary>
    /// <param name="key">The key to trust; <c>null</c> for the one that is pinned.</param>
    /// <param name="acceptedEpoch">The origin of a new epoch that may be followed; <c>null</c> for none.</param>
    /// <param name="cancellation">Stops the verification. Nothing is remembered then.</param>
    /// <exception cref="UsageException">No key is pinned for the log's installation, so it must be given.</exception>
    /// <exception cref="TrailMismatchException">A signature or a hash is wrong.</exception>
    /// <exception cref="NewEpochException">The log is in an epoch that isn't accepted, or has lost entries by it.</exception>
    public async Task<FolderResult> VerifyAsync(PinnedKey? key, string? acceptedEpoch, CancellationToken cancellation)
    {
        var note = await files.ReadCheckpointAsync(cancellation).ConfigureAwait(false);
        var known = KnownLogs.Read(states, PinnedKey.OriginOf(note.Span), isOneLog);
        var pinned = known.FindKey(key) ?? throw new UsageException(
            $"nothing of installation {known.Origin.Installation} was verified before: name its log key with --key. {log.NameOf("keys")} says which one it is, if the folder can be trusted, so compare it with the key that another person has");
        var latest = pinned.Open(note.Span, ofWorkspace: key);
        var (later, earlier) = (known.FindLater(latest), known.FindEarlier(latest));
        foreach (var old in earlier.Where(old => old.Origin != latest.Origin))
        {
            Epochs.RequireLater(old, latest);
            Epochs.RequireAccepted(old, latest, step: null, acceptedEpoch);
        }

        // First, because it names the file that was changed. The tiles that the older trees are restored from are right then.
        await new LogTree(files, new TileCheck(files)).RequireAsync(null, latest, cancellation).ConfigureAwait(false);
        var lost = await FindLostAsync(earlier, latest, cancellation).ConfigureAwait(false);
        known.Remember(pinned, latest, note.Span);
        return lost is null
            ? new FolderResult(VerifiedTrail.Of(latest, from: 0, pinned) with { First = earlier.Count == 0 && later is null }, later)
            : throw Epochs.Lost(lost, latest, step: null);
    }

    // Returns a checkpoint of an earlier epoch whose entries the log doesn't begin with.
    private async Task<Checkpoint?> FindLostAsync(
        IReadOnlyList<Checkpoint> earlier, Checkpoint latest, CancellationToken cancellation)
    {
        Checkpoint? lost = null;
        foreach (var old in earlier)
        {
            if (old.Size <= latest.Size && await new LogTree(files).BeginsWithAsync(old, cancellation).ConfigureAwait(false))
            {
                continue;
            }

            lost = old.Origin == latest.Origin ? throw LogTree.Changed(old) : old;
        }

        return lost;
    }
}

/// <summary>What the verification of a folder found to be right.</summary>
/// <param name="Verified">What was verified.</param>
/// <param name="Later">
/// A later checkpoint of the log that was verified before; <c>null</c> if there is none. The folder, which is older, can't be
/// compared with it.
/// </param>
internal sealed record FolderResult(VerifiedTrail Verified, Checkpoint? Later);
