using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>Goes from the checkpoint that was verified before to later ones, and verifies all entries on the way.</summary>
/// <param name="files">The log's files.</param>
/// <param name="logged">Collects what the entries say of versions, and needs all of them; <c>null</c> where nobody needs it.</param>
/// <param name="epochs">Finds the step to the epoch of a checkpoint.</param>
/// <param name="known">The checkpoint that was verified before; <c>null</c> if there is none.</param>
/// <param name="acceptedEpoch">The origin of a new epoch that may be followed; <c>null</c> for none.</param>
internal sealed class LogWalk(
    LogFiles files, LoggedVersions? logged, Func<Checkpoint, CancellationToken, Task<EpochStep>> epochs, Checkpoint? known, string? acceptedEpoch)
{
    private readonly LogTree tree = new(files, logged: logged);

    /// <summary>The last checkpoint whose tree is verified; <c>null</c> if there is none yet.</summary>
    public Checkpoint? Verified { get; private set; } = known;

    /// <summary>The size from which on entries were verified.</summary>
    public long From { get; private set; } = known?.Size ?? 0;

    /// <summary>Says which entries a new epoch lacks that were verified before; <c>null</c> if it has all of them.</summary>
    public NewEpochException? Lost { get; private set; }

    /// <summary>Verifies the entries up to a checkpoint.</summary>
    /// <exception cref="TrailMismatchException">The tree has another root, or entries that were verified before were changed.</exception>
    /// <exception cref="NewEpochException">The log is in an epoch that isn't accepted.</exception>
    public async Task GoAsync(Checkpoint to, CancellationToken cancellation)
    {
        var (from, way) = Verified is { } verified && verified.Origin != to.Origin
            ? await CrossAsync(verified, to, cancellation).ConfigureAwait(false)
            : (Verified, (IReadOnlyList<Checkpoint>)[to]);
        if (from?.Origin == to.Origin && to.Size < from.Size)
        {
            throw new TrailMismatchException($"the log has {to.Size} entries, but {from.Size} were verified before: entries were cut off");
        }

        foreach (var next in way)
        {
            await RequireAsync(from, next, cancellation).ConfigureAwait(false);
            from = next;
        }

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

    // Returns the old checkpoint if the new epoch begins with it, else none, so that everything is read again; and the trees that
    // the log must reach from there on.
    private async Task<(Checkpoint? From, IReadOnlyList<Checkpoint> Way)> CrossAsync(
        Checkpoint old, Checkpoint to, CancellationToken cancellation)
    {
        Epochs.RequireLater(old, to);
        var step = await epochs(to, cancellation).ConfigureAwait(false);
        var isKept = old.Size <= to.Size && await tree.BeginsWithAsync(old, cancellation).ConfigureAwait(false);
        if (!isKept && step.Keeps(old))
        {
            throw LogTree.Changed(old);
        }

        Epochs.RequireAccepted(old, to, step, acceptedEpoch);
        if (isKept)
        {
            return (old, [.. step.Trees.Where(tree => tree.Size >= old.Size), to]);
        }

        (Lost, From) = (Epochs.Lost(old, to, step), 0);
        return (null, [.. step.Trees, to]);
    }
}
