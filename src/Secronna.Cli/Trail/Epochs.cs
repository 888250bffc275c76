using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>The step of a log from one epoch to the next: a database was restored or copied, and somebody must have wanted that.</summary>
internal static class Epochs
{
    /// <summary>Requires that a new epoch is a later one, and that it was accepted by its name.</summary>
    /// <exception cref="TrailMismatchException">The log is back in an earlier epoch.</exception>
    /// <exception cref="NewEpochException">The epoch isn't accepted.</exception>
    public static void RequireAccepted(Checkpoint old, Checkpoint latest, string? accepted)
    {
        if (latest.Origin.Epoch < old.Origin.Epoch)
        {
            throw new TrailMismatchException($"the log is in epoch {latest.Origin.Epoch}, but epoch {old.Origin.Epoch} was verified before");
        }

        if (latest.Origin.ToString() != accepted)
        {
            throw new NewEpochException(
                $"the log began a new epoch, {latest.Origin}, with {latest.Size} entries now; {old.Size} entries of epoch {old.Origin.Epoch} were verified before. Ask the operator who restored or copied the database and why, then accept it with --accept-epoch {latest.Origin}");
        }
    }

    /// <summary>The error of a new epoch that doesn't hold all entries of the old one.</summary>
    public static NewEpochException Lost(Checkpoint old, Checkpoint latest) => new(
        $"epoch {latest.Origin.Epoch} is accepted and verified from its first entry to entry {latest.Size}, but it doesn't begin with the {old.Size} entries of epoch {old.Origin.Epoch} that were verified before: some of them are lost. The last checkpoint of each epoch is kept");
}
