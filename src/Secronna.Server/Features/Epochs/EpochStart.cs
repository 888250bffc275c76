using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail.Tree;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Epochs;

/// <summary>Where a trail stands when it begins a new epoch (S33).</summary>
/// <param name="WorkspaceId">The workspace of the trail.</param>
/// <param name="Epoch">The number of the new epoch.</param>
/// <param name="Before">The last checkpoint that anybody is known to have of the trail; <c>null</c> if there is none.</param>
/// <param name="Size">The number of entries that the new epoch goes on from.</param>
/// <param name="Root">The root of the tree over these entries.</param>
/// <param name="IsUnknown">Whether the database knows nothing of the workspace: it is newer than the backup.</param>
internal sealed record EpochStart(string WorkspaceId, long Epoch, Checkpoint? Before, long Size, TreeHash Root, bool IsUnknown)
{
    /// <summary>How many entries the checkpoint <see cref="Before"/> covers that the trail does not have any more.</summary>
    public long Lost => Math.Max(0, (Before?.Size ?? 0) - Size);

    /// <summary>Finds where a trail stands.</summary>
    /// <param name="session">The session. All its statements must see one state of the database.</param>
    /// <param name="workspaceId">The workspace of the trail.</param>
    /// <param name="known">The checkpoints of this installation that are known from elsewhere.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="Trail.TrailDamagedException">The trail does not belong to its checkpoints.</exception>
    public static async ValueTask<EpochStart> FindAsync(
        Session session, string workspaceId, IEnumerable<Checkpoint> known, DateTimeOffset now)
    {
        var current = await TrailEpochTable.FindCurrentAsync(session, workspaceId);
        var stored = await TrailCheckpointTable.FindLatestAsync(session, workspaceId) is { } row ? row.Read() : null;
        var before = known.Where(checkpoint => WorkspaceOf(checkpoint) == workspaceId)
            .Concat(stored is null ? [] : [stored])
            .OrderBy(checkpoint => checkpoint.Origin.Epoch).ThenBy(checkpoint => checkpoint.Size).LastOrDefault();
        var tree = await GrowingTree.OfWholeTrailAsync(session, workspaceId);
        var isUnknown = workspaceId != EncodedEntry.Installation && !await WorkspaceTable.ExistsAsync(session, workspaceId);
        return new EpochStart(
            workspaceId, NumberAfter(Math.Max(current.Number, before?.Origin.Epoch ?? 0), now), before, tree.Size, tree.Root, isUnknown);
    }

    /// <summary>The entry that begins the epoch.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="reason">Why the epoch begins.</param>
    public TrailEntry ToEntry(TimeProvider time, string? reason) =>
        AuditRecord.Of(Caller.Operator(WorkspaceId), time, AuditActions.TrailEpoch) with
        {
            Epoch = checked((int)Epoch),
            Reason = reason,
            Details = AuditDetails.OfEpoch(
                Before is null ? null : TreeOf(Before.Origin.Epoch, Before.Size, Before.Root), TreeOf(Epoch, Size, Root)),
        };

    /// <summary>The workspace of a checkpoint's trail.</summary>
    public static string WorkspaceOf(Checkpoint checkpoint) => checkpoint.Origin.Workspace ?? EncodedEntry.Installation;

    // One backup may be restored twice, by somebody who knows nothing of the first time. The minute makes the numbers differ.
    private static long NumberAfter(long last, DateTimeOffset now) => Math.Max(last + 1, now.ToUnixTimeSeconds() / 60);

    private static AuditedFields TreeOf(long epoch, long size, TreeHash root) => new() { Epoch = epoch, Size = size, Root = root.ToString() };
}
