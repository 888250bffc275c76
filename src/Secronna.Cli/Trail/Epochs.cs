using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>The step of a log from one epoch to the next: a database was restored or copied, and somebody must have wanted that.</summary>
internal static class Epochs
{
    /// <summary>Requires that a new epoch is a later one.</summary>
    /// <exception cref="TrailMismatchException">The log is back in an earlier epoch.</exception>
    public static void RequireLater(Checkpoint old, Checkpoint latest)
    {
        if (latest.Origin.Epoch < old.Origin.Epoch)
        {
            throw new TrailMismatchException($"the log is in epoch {latest.Origin.Epoch}, but epoch {old.Origin.Epoch} was verified before");
        }
    }

    /// <summary>Requires that a new epoch was accepted by its name.</summary>
    /// <param name="old">The checkpoint of the earlier epoch.</param>
    /// <param name="latest">The checkpoint of the new epoch.</param>
    /// <param name="step">The entry that begins the epoch; <c>null</c> where it wasn't looked up.</param>
    /// <param name="accepted">The origin that was accepted; <c>null</c> for none.</param>
    /// <exception cref="NewEpochException">The epoch isn't accepted.</exception>
    public static void RequireAccepted(Checkpoint old, Checkpoint latest, EpochStep? step, string? accepted)
    {
        if (latest.Origin.ToString() != accepted)
        {
            var began = step is null ? "" : $" {step}.";
            throw new NewEpochException(
                $"the log began a new epoch, {latest.Origin}, with {latest.Size} entries now; {old.Size} entries of epoch {old.Origin.Epoch} were verified before.{began} Ask the operator who restored or copied the database and why, then accept it with --accept-epoch {latest.Origin}");
        }
    }

    /// <summary>The error of a new epoch that doesn't hold all entries of the old one.</summary>
    /// <inheritdoc cref="RequireAccepted"/>
    public static NewEpochException Lost(Checkpoint old, Checkpoint latest, EpochStep? step)
    {
        var lost = step is not null && old.Size > step.After.Size
            ? $"entries {step.After.Size + 1} to {old.Size} of epoch {old.Origin.Epoch}, which were verified before, are lost"
            : $"some of the {old.Size} entries of epoch {old.Origin.Epoch} that were verified before are lost";
        return new NewEpochException(
            $"epoch {latest.Origin.Epoch} is accepted and verified from its first entry to entry {latest.Size}, but {lost}. The last checkpoint of each epoch is kept");
    }
}
