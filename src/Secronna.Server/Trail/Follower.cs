using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail;

/// <summary>Derives something from trails. It reads each trail forwards, from where it stopped.</summary>
internal abstract class Follower
{
    /// <summary>The follower's name in the database.</summary>
    public abstract string Name { get; }

    /// <summary>Whether there is enough to follow in a trail, or the rest has waited long enough.</summary>
    /// <param name="trail">The trail and the follower's place in it.</param>
    /// <param name="quiet">For how long the trail has not grown.</param>
    public abstract bool IsDue(FollowedTrail trail, TimeSpan quiet);

    /// <summary>Looks at a trail, also at one that another node follows. It is called every second.</summary>
    /// <param name="database">The database.</param>
    /// <param name="trail">The trail and the follower's place in it.</param>
    /// <param name="cancellation">Cancelled when the server stops.</param>
    public virtual ValueTask ObserveAsync(Database database, FollowedTrail trail, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>
    /// Follows a trail to its end, and gives the reservation back. A node that has stopped holds none, so those that run, and the
    /// server's next start, go on at once.
    /// </summary>
    /// <inheritdoc cref="FollowAsync"/>
    public async Task RunAsync(FollowerLease lease, CancellationToken cancellation)
    {
        await FollowAsync(lease, cancellation);
        await lease.ReleaseAsync();
    }

    /// <summary>Follows a trail to its end.</summary>
    /// <param name="lease">The reservation of this follower of the trail.</param>
    /// <param name="cancellation">Cancelled when the server stops.</param>
    /// <exception cref="FollowerLostException">Another node has taken over the follower. What it had not stored yet is not kept.</exception>
    /// <exception cref="TrailDamagedException">The trail is damaged.</exception>
    public abstract Task FollowAsync(FollowerLease lease, CancellationToken cancellation);
}
