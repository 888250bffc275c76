using Secronna.Server.Installation;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail;

/// <summary>
/// Runs the followers of all trails. It looks every second which trails have grown. Commands and nodes tell nobody that they have
/// recorded something, so there is nothing else to wait for.
/// </summary>
internal sealed class FollowerWorker(
    Database database, IEnumerable<Follower> followers, NodeIdentity node, TimeProvider time, ILogger<FollowerWorker> log)
    : PollingWorker(Interval, time)
{
    private const int TrailsInPage = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // Up to where each trail has grown, and when.
    private readonly Dictionary<string, (long LastSequence, long GrewAt)> growth = new(StringComparer.Ordinal);

    // The followers and trails whose damage is in the log already.
    private readonly HashSet<(string Follower, string WorkspaceId)> damaged = [];

    protected override async Task WorkAsync(bool wasWoken, CancellationToken cancellation)
    {
        foreach (var follower in followers)
        {
            await FollowAllAsync(follower, cancellation);
        }
    }

    protected override void LogFailure(Exception exception) => TrailLog.FollowingDelayed(log, FailureReason.Of(exception));

    protected override bool IsFatal(Exception exception)
    {
        if (exception is not TrailBehindException)
        {
            return false;
        }

        TrailLog.TrailBehind(log, exception.Message);
        return true;
    }

    private async Task FollowAllAsync(Follower follower, CancellationToken cancellation)
    {
        string? after = null;
        while (await database.ReadAsync(session => TrailFollowerTable.ListAsync(session, follower.Name, after, TrailsInPage), cancellation)
            is { Count: > 0 } trails)
        {
            foreach (var trail in trails)
            {
                await FollowAsync(follower, trail, cancellation);
            }

            after = trails[^1].WorkspaceId;
        }
    }

    // One damaged trail must not keep the others from being followed.
    private async Task FollowAsync(Follower follower, FollowedTrail trail, CancellationToken cancellation)
    {
        try
        {
            await follower.ObserveAsync(database, trail, cancellation);
            if (follower.IsDue(trail, QuietTimeOf(trail))
                && await FollowerLease.TakeAsync(database, trail.WorkspaceId, follower.Name, node.Id) is { } lease)
            {
                await follower.RunAsync(lease, cancellation);
            }
        }
        catch (FollowerLostException)
        {
            // The other node goes on.
        }
        catch (TrailDamagedException exception)
        {
            // It is tried again, but the log says it once.
            if (damaged.Add((follower.Name, trail.WorkspaceId)))
            {
                TrailLog.TrailDamaged(log, trail.WorkspaceId, exception.Message);
            }
        }
    }

    private TimeSpan QuietTimeOf(FollowedTrail trail)
    {
        var now = Time.GetTimestamp();
        if (!growth.TryGetValue(trail.WorkspaceId, out var seen) || seen.LastSequence != trail.LastSequence)
        {
            growth[trail.WorkspaceId] = seen = (trail.LastSequence, now);
        }

        return Time.GetElapsedTime(seen.GrewAt, now);
    }
}
