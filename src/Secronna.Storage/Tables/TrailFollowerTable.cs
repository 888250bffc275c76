using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// How far each follower of a trail has read it, and which node runs it. A follower stores its results and its new place in one
/// transaction that requires the old place and the node's reservation. So nothing is followed twice or left out.
/// </summary>
public static class TrailFollowerTable
{
    /// <summary>
    /// Reserves a follower of a workspace for a node for the time <paramref name="hold"/>, or extends the node's reservation.
    /// Returns the number of the last entry that was followed; <c>null</c> while another node has a reservation.
    /// </summary>
    public static async ValueTask<long?> TakeAsync(
        Transaction transaction, string workspaceId, string follower, string node, TimeSpan hold)
    {
        await using var upsert = transaction.Prepare("""
            INSERT INTO trail_followers (workspace_id, follower, holder, held_until) VALUES ($1, $2, $3, now_us() + $4)
            ON CONFLICT (workspace_id, follower) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
            WHERE trail_followers.holder IS NULL OR trail_followers.holder = excluded.holder OR trail_followers.held_until < now_us()
            RETURNING place
            """);
        upsert.Bind(workspaceId).Bind(follower).Bind(node).Bind((long)hold.TotalMicroseconds);
        return await upsert.ReadAsync() ? upsert.GetInt64(0) : null;
    }

    /// <summary>Ends a node's reservation, so that another node can take the follower at once.</summary>
    public static async ValueTask<bool> ReleaseAsync(Transaction transaction, string workspaceId, string follower, string node)
    {
        await using var update = transaction.Prepare("""
            UPDATE trail_followers SET holder = NULL, held_until = 0 WHERE workspace_id = $1 AND follower = $2 AND holder = $3
            """);
        return await update.Bind(workspaceId).Bind(follower).Bind(node).ExecuteAsync() == 1;
    }

    /// <summary>
    /// Moves a follower to a new place, in the transaction of its results. Returns false if the follower is not at the old place or
    /// not reserved for the node; the transaction must then keep nothing.
    /// </summary>
    public static async ValueTask<bool> AdvanceAsync(
        Transaction transaction, string workspaceId, string follower, string node, long from, long to)
    {
        await using var update = transaction.Prepare("""
            UPDATE trail_followers SET place = $1 WHERE workspace_id = $2 AND follower = $3 AND holder = $4 AND place = $5
            """);
        return await update.Bind(to).Bind(workspaceId).Bind(follower).Bind(node).Bind(from).ExecuteAsync() == 1;
    }

    /// <summary>
    /// Locks a follower until the transaction ends. Returns false if it is not reserved for the node; the transaction must then
    /// keep nothing.
    /// </summary>
    public static async ValueTask<bool> HoldAsync(Transaction transaction, string workspaceId, string follower, string node)
    {
        await using var query = transaction.Prepare(
            "SELECT 1 FROM trail_followers WHERE workspace_id = $1 AND follower = $2 AND holder = $3 FOR UPDATE");
        return await query.Bind(workspaceId).Bind(follower).Bind(node).ReadAsync();
    }

    /// <summary>Finds how far a follower has read a trail; 0 where it has not begun.</summary>
    public static async ValueTask<long> FindPlaceAsync(Session session, string workspaceId, string follower)
    {
        await using var query = session.Prepare("SELECT place FROM trail_followers WHERE workspace_id = $1 AND follower = $2");
        return await query.Bind(workspaceId).Bind(follower).ReadAsync() ? query.GetInt64(0) : 0;
    }

    /// <summary>
    /// Lists trails with ids after <paramref name="after"/>, their ends, and how far a follower has read them. With <c>null</c>
    /// the list begins with the trail of the installation.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="follower">The follower's name.</param>
    /// <param name="after">The last id that was listed.</param>
    /// <param name="limit">The largest number of workspaces.</param>
    public static async ValueTask<List<FollowedTrail>> ListAsync(Session session, string follower, string? after, int limit)
    {
        var trails = new List<FollowedTrail>();
        if (after is null)
        {
            trails.Add(new FollowedTrail(
                EncodedEntry.Installation, (await TrailSegmentTable.FindEndAsync(session, EncodedEntry.Installation)).LastSequence,
                await FindPlaceAsync(session, EncodedEntry.Installation, follower)));
        }

        await using var query = session.Prepare("""
            SELECT w.id, coalesce((SELECT first_sequence + count - 1 FROM trail_segments s WHERE s.workspace_id = w.id
                    ORDER BY first_sequence DESC LIMIT 1), 0),
                coalesce((SELECT place FROM trail_followers f WHERE f.workspace_id = w.id AND f.follower = $1), 0)
            FROM workspaces w WHERE w.id > $2 ORDER BY w.id LIMIT $3
            """);
        trails.AddRange(await query.Bind(follower).Bind(after ?? "").Bind(limit)
            .ReadAllAsync(row => new FollowedTrail(row.GetText(0), row.GetInt64(1), row.GetInt64(2))));
        return trails;
    }
}
