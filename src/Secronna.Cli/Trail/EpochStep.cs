using System.Globalization;
using System.Text.Json;
using Secronna.Cli.Errors;
using Secronna.Client;
using Secronna.Crypto.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Trail;

/// <summary>The step of a log to a new epoch, as the entry that begins the epoch describes it. The entry is proven.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Before">The last checkpoint that the operator knew of the log before; <c>null</c> if there was none.</param>
/// <param name="After">The tree that the epoch goes on from.</param>
internal sealed record EpochStep(RecordedEntry Entry, Checkpoint? Before, Checkpoint After)
{
    /// <summary>Finds the entry that begins the epoch of a checkpoint.</summary>
    /// <exception cref="TrailMismatchException">No entry begins the epoch, or its proof is wrong.</exception>
    /// <exception cref="CliException">UNAVAILABLE: the checkpoint does not cover the entry yet.</exception>
    public static async Task<EpochStep> FindAsync(SecronnaClient client, ProvenEntries entries, Checkpoint latest, CancellationToken cancellation)
    {
        var listed = await client.ListAuditAsync(new AuditFilter { Action = AuditActions.TrailEpoch }, cancellation)
            .FirstOrDefaultAsync(entry => entry.Metadata.Epoch == latest.Origin.Epoch, cancellation).ConfigureAwait(false)
            ?? throw new TrailMismatchException($"the log is in {latest.Origin}, but no entry of the log begins that epoch");
        if (listed.Sequence > latest.Size)
        {
            throw new CliException($"no checkpoint covers entry {listed.Sequence} yet, which begins {latest.Origin}: try again in a moment", ErrorCodes.Unavailable);
        }

        var entry = await entries.ReadAsync(listed.Sequence, latest, cancellation).ConfigureAwait(false);
        return entry.Entry.Action == AuditActions.TrailEpoch && entry.Entry.Epoch == latest.Origin.Epoch && Read(entry, latest.Origin) is { } step
            ? step
            : throw new TrailMismatchException($"entry {listed.Sequence} is proven, but it doesn't begin {latest.Origin}");
    }

    /// <summary>The trees that the log must have had on its way: those that the entry names and that the epoch goes on from.</summary>
    public IEnumerable<Checkpoint> Trees => Before is not null && Before.Size <= After.Size ? [Before, After] : [After];

    /// <summary>Whether the log must begin with a checkpoint of an earlier epoch, because nothing that it covers was lost.</summary>
    public bool Keeps(Checkpoint old) => old.Size <= After.Size && Before?.Origin.Epoch == old.Origin.Epoch;

    /// <summary>Who began the epoch, when and why.</summary>
    public override string ToString()
    {
        var at = new Instant(Entry.CreatedAt).ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return $"{Entry.Entry.ActorType} {Entry.Entry.ActorId} began it at {at}{(Entry.Entry.Reason is { } reason ? $" with the reason \"{reason}\"" : "")}";
    }

    private static EpochStep? Read(RecordedEntry entry, Origin origin)
    {
        try
        {
            return JsonSerializer.Deserialize(entry.Entry.Details ?? "null", ProtocolJson.Default.AuditMetadata) is { After: { } after } details
                && ToCheckpoint(after, origin) is { } tree && tree.Size == entry.Sequence - 1
                ? new EpochStep(entry, details.Before is { } before ? ToCheckpoint(before, origin) : null, tree)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static Checkpoint? ToCheckpoint(AuditedFields tree, Origin origin) => tree is { Epoch: > 0 and { } epoch, Size: >= 0 and { } size, Root: { } root }
        ? new Checkpoint(
            origin.Workspace is { } workspace ? Origin.OfWorkspace(origin.Installation, workspace, epoch) : Origin.OfInstallation(origin.Installation, epoch),
            size, TreeHash.FromBytes(Convert.FromHexString(root)))
        : null;
}
