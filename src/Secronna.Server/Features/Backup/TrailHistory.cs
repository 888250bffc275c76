using Secronna.Crypto.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Backup;

/// <summary>
/// How far a trail goes, and the epochs that it went through. Two databases of one installation may have histories that part: each
/// time that a backup is restored, the trail goes on in an epoch that the other database does not have.
/// </summary>
/// <param name="Size">The number of entries.</param>
/// <param name="Epochs">The epochs that the trail began. The first epoch is not among them.</param>
internal sealed record TrailHistory(long Size, IReadOnlyList<TrailEpoch> Epochs)
{
    /// <summary>Reads the history of a trail.</summary>
    public static async ValueTask<TrailHistory> ReadAsync(Session session, string workspaceId) => new(
        (await TrailSegmentTable.FindEndAsync(session, workspaceId)).LastSequence, await TrailEpochTable.ListAsync(session, workspaceId));

    /// <summary>The number of entries, from the first one on, that both histories have.</summary>
    public long SharedWith(TrailHistory other) => Math.Min(Until(other), other.Until(this));

    /// <summary>Whether the history has the entries that a checkpoint covers, or went on after they were lost.</summary>
    public bool Covers(Checkpoint checkpoint)
    {
        var last = Epochs.Select(epoch => epoch.Number).DefaultIfEmpty(TrailEpoch.First.Number).Max();
        return last > checkpoint.Origin.Epoch || (last == checkpoint.Origin.Epoch && Size >= checkpoint.Size);
    }

    /// <summary>Whether the other history has all that this one has, and went on from there before any further epoch began.</summary>
    public bool IsBehind(TrailHistory other) => !Epochs.Except(other.Epochs).Any() && Size < other.Until(this);

    // The entries before the first epoch that the other history does not have.
    private long Until(TrailHistory other) =>
        Epochs.Except(other.Epochs).Select(epoch => epoch.FirstSequence - 1).Append(Size).Min();
}
