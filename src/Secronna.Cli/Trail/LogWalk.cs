using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>Goes from the checkpoint that was verified before to later ones, and verifies all entries on the way.</summary>
/// <param name="files">The log's files.</param>
/// <param name="logged">Collects what the entries say of versions, and needs all of them; <c>null</c> where nobody needs it.</param>
/// <param name="known">The checkpoint that was verified before; <c>null</c> if there is none.</param>
/// <param name="acceptedEpoch">The origin of a new epoch that may be followed; <c>null</c> for none.</param>
internal sealed class LogWalk(LogFiles files, LoggedVersions? logged, Checkpoint? known, string? acceptedEpoch)
{
    private readonly LogTree tree = new(files, logged: logged);

    /// <summary>The last checkpoint whose tree is verified; <c>null</c> if there is none yet.</summary>
    public Checkpoint? Verified { get; private set; } = known;

    /// <summary>The size from which on entries were verified.</summary>
    public long From { get; private set; } = known?.Size ?? 0;

    /// <summary>Whether a new epoch lacks entries that were verified before.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Verifies the entries up to a checkpoint.</summary>
    /// <exception cref="TrailMismatchException">The tree has another root, or entries that were verified before were changed.</exception>
    /// <exception cref="NewEpochException">The log is in an epoch that isn't accepted.</exception>
    public async Task GoAsync(Checkpoint to, CancellationToken cancellation)
    {
        var from = Verified;
        if (from is not null && from.Origin != to.Origin)
        {
            Epochs.RequireAccepted(from, to, acceptedEpoch);
            from = from.Size <= to.Size && await tree.BeginsWithAsync(from, cancellation).ConfigureAwait(false) ? from : null;
            (IsCut, From) = from is null ? (true, 0) : (IsCut, From);
        }
        else if (to.Size < from?.Size)
        {
            throw new TrailMismatchException($"the log has {to.Size} entries, but {from.Size} were verified before: entries were cut off");
        }

        await RequireAsync(from, to, cancellation).ConfigureAwait(false);
        Verified = to;
    }

    private async Task RequireAsync(Checkpoint? from, Checkpoint to, CancellationToken cancellation)
    {
        if (from is not null && logged?.Size < from.Size)
        {
            await tree.RequireBeginningAsync(from, cancellation).ConfigureAwait(false);
            from = null;
        }

        await tree.RequireAsync(from, to, cancellation).ConfigureAwait(false);
    }
}
