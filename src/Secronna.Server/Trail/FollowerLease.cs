using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail;

/// <summary>
/// A node's reservation of a follower of one trail. Results are stored through it, in transactions that keep nothing once another
/// node has the follower.
/// </summary>
internal sealed class FollowerLease
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(15);

    private readonly string follower;
    private readonly string node;

    private FollowerLease(Database database, string workspaceId, string follower, string node, long place)
    {
        (Database, WorkspaceId, Place) = (database, workspaceId, place);
        (this.follower, this.node) = (follower, node);
    }

    /// <summary>The database.</summary>
    public Database Database { get; }

    /// <summary>The workspace of the trail.</summary>
    public string WorkspaceId { get; }

    /// <summary>The number of the last entry that was followed.</summary>
    public long Place { get; private set; }

    /// <summary>Reserves a follower. Returns <c>null</c> while another node has it.</summary>
    public static async Task<FollowerLease?> TakeAsync(Database database, string workspaceId, string follower, string node)
    {
        var place = await database.WriteAsync(transaction =>
            TrailFollowerTable.TakeAsync(transaction, workspaceId, follower, node, Hold));
        return place is { } last ? new FollowerLease(database, workspaceId, follower, node, last) : null;
    }

    /// <summary>Ends the reservation, so that another node can go on at once. Nothing may be stored through it any more.</summary>
    public Task ReleaseAsync() =>
        Database.WriteAsync(transaction => TrailFollowerTable.ReleaseAsync(transaction, WorkspaceId, follower, node));

    /// <summary>Stores results together with the new place.</summary>
    /// <param name="to">The number of the last entry that the results cover.</param>
    /// <param name="store">Stores the results.</param>
    /// <param name="weight">About how many rows that writes.</param>
    /// <exception cref="FollowerLostException">Another node has the follower; nothing was kept.</exception>
    public async Task AdvanceAsync(long to, Func<Transaction, ValueTask> store, int weight)
    {
        await Database.WriteAsync(async transaction =>
        {
            if (!await TrailFollowerTable.AdvanceAsync(transaction, WorkspaceId, follower, node, Place, to))
            {
                throw new FollowerLostException();
            }

            await store(transaction);
            return true;
        }, weight);
        Place = to;
    }

    /// <summary>Stores results that don't move the place, and extends the reservation.</summary>
    /// <param name="store">Stores the results.</param>
    /// <param name="weight">About how many rows that writes.</param>
    /// <exception cref="FollowerLostException">Another node has the follower; nothing was kept.</exception>
    public Task<T> StoreAsync<T>(Func<Transaction, ValueTask<T>> store, int weight) => Database.WriteAsync(async transaction =>
    {
        if (await TrailFollowerTable.TakeAsync(transaction, WorkspaceId, follower, node, Hold) != Place)
        {
            throw new FollowerLostException();
        }

        return await store(transaction);
    }, weight);
}
