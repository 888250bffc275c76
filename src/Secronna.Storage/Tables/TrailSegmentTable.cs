using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>Reads the segments of trails. Only the engines append segments, and nothing changes one (S20).</summary>
public static class TrailSegmentTable
{
    private const int TrailsInPage = 500;

    private const string Columns = "SELECT first_sequence, count, at, format, entries FROM trail_segments WHERE workspace_id = $1";

    /// <summary>Finds the end of a trail.</summary>
    public static async ValueTask<TrailEnd> FindEndAsync(Session session, string workspaceId)
    {
        await using var query = session.Prepare("""
            SELECT first_sequence + count - 1, at FROM trail_segments WHERE workspace_id = $1
            ORDER BY first_sequence DESC LIMIT 1
            """);
        return await query.Bind(workspaceId).ReadAsync() ? new TrailEnd(query.GetInt64(0), query.GetInt64(1)) : default;
    }

    /// <summary>
    /// Finds the number of a trail's last entry, and keeps others from appending to the trail until the transaction ends. The next
    /// entry that the transaction appends gets the number after it.
    /// </summary>
    public static async ValueTask<long> LockEndAsync(Session session, string workspaceId)
    {
        await LockAsync(session, workspaceId);
        return (await FindEndAsync(session, workspaceId)).LastSequence;
    }

    // On PostgreSQL the counter's row is locked whenever a trail grows. SQLite has one writer, and no row locks.
    private static async ValueTask LockAsync(Session session, string workspaceId)
    {
        var isInstallation = workspaceId == EncodedEntry.Installation;
        await using var query = session.Prepare(
            isInstallation ? "SELECT 1 FROM installation FOR UPDATE" : "SELECT 1 FROM workspaces WHERE id = $1 FOR UPDATE");
        await (isInstallation ? query : query.Bind(workspaceId)).ReadAsync();
    }

    /// <summary>Finds the segment that holds an entry. Returns <c>null</c> when no segment does.</summary>
    public static async ValueTask<TrailSegmentRow?> FindAsync(Session session, string workspaceId, long sequence)
    {
        await using var query = session.Prepare(Columns + " AND first_sequence <= $2 ORDER BY first_sequence DESC LIMIT 1");
        return await query.Bind(workspaceId).Bind(sequence).ReadAsync() && Read(query) is var segment && segment.LastSequence >= sequence
            ? segment
            : null;
    }

    /// <summary>Gives segments with entries below a sequence number, newest first, until there are no more or it is told to stop.</summary>
    /// <param name="session">The session.</param>
    /// <param name="workspaceId">The workspace's id.</param>
    /// <param name="below">The first segment is the one that holds the number before this one.</param>
    /// <param name="limit">The largest number of segments.</param>
    /// <param name="take">Takes a segment. Returns whether it wants another one.</param>
    public static async ValueTask ReadDownAsync(
        Session session, string workspaceId, long below, int limit, Func<TrailSegmentRow, bool> take)
    {
        await using var query = session.Prepare(Columns + " AND first_sequence < $2 ORDER BY first_sequence DESC LIMIT $3");
        query.Bind(workspaceId).Bind(below).Bind(limit);
        while (await query.ReadAsync() && take(Read(query)))
        {
        }
    }

    /// <summary>Gives segments with entries from a sequence number on, oldest first, until there are no more or it is told to stop.</summary>
    /// <inheritdoc cref="ReadDownAsync"/>
    /// <param name="session">The session.</param>
    /// <param name="workspaceId">The workspace's id.</param>
    /// <param name="from">The first segment is the one that holds this number, or the next one after it.</param>
    /// <param name="limit">The largest number of segments.</param>
    /// <param name="take">Takes a segment. Returns whether it wants another one.</param>
    public static async ValueTask ReadUpAsync(
        Session session, string workspaceId, long from, int limit, Func<TrailSegmentRow, bool> take)
    {
        var first = await FindFirstSequenceAsync(session, workspaceId, from);
        await using var query = session.Prepare(Columns + " AND first_sequence >= $2 ORDER BY first_sequence LIMIT $3");
        query.Bind(workspaceId).Bind(first).Bind(limit);
        while (await query.ReadAsync() && (Read(query) is var segment) && (segment.LastSequence < from || take(segment)))
        {
        }
    }

    /// <summary>Gives all segments of a trail in the order of their first numbers, also where numbers are missing or there twice.</summary>
    public static async ValueTask ReadAllAsync(Session session, string workspaceId, Action<TrailSegmentRow> take)
    {
        await using var query = session.Prepare(Columns + " ORDER BY first_sequence");
        query.Bind(workspaceId);
        while (await query.ReadAsync())
        {
            take(Read(query));
        }
    }

    /// <summary>
    /// Finds the sequence number of the first entry at or after a time (microseconds since 1970). Without such an entry the result
    /// is the last sequence number plus one. A binary search works, because the numbers have no gaps and the times never fall.
    /// </summary>
    public static async ValueTask<long> FindFirstSinceAsync(Session session, string workspaceId, long time)
    {
        long low = 1, high = (await FindEndAsync(session, workspaceId)).LastSequence + 1;
        while (low < high)
        {
            var (first, count, at) = await FindHeadAsync(session, workspaceId, low + ((high - low) / 2));
            (low, high) = at < time ? (first + count, high) : (low, first);
        }

        return low;
    }

    /// <summary>
    /// Finds the instant of the newest entry of all trails, in microseconds since 1970. Returns 0 when there is no entry. Looks at
    /// the last segment of each trail.
    /// </summary>
    public static async ValueTask<long> FindNewestInstantAsync(Session session)
    {
        var newest = (await FindEndAsync(session, EncodedEntry.Installation)).At;
        var last = (Id: "", Count: TrailsInPage);
        while (last.Count == TrailsInPage)
        {
            await using var query = session.Prepare("""
                SELECT id, coalesce((
                    SELECT at FROM trail_segments s WHERE s.workspace_id = w.id ORDER BY first_sequence DESC LIMIT 1), 0)
                FROM workspaces w WHERE id > $1 ORDER BY id LIMIT $2
                """);
            query.Bind(last.Id).Bind(TrailsInPage);
            for (last.Count = 0; await query.ReadAsync(); last.Count++)
            {
                last.Id = query.GetText(0);
                newest = Math.Max(newest, query.GetInt64(1));
            }
        }

        return newest;
    }

    /// <summary>
    /// Finds the next workspace id after <paramref name="after"/> that segments name, and whether that workspace exists. Returns
    /// <c>null</c> when there is no further id.
    /// </summary>
    public static async ValueTask<(string Id, bool Exists)?> FindNextWorkspaceAsync(Session session, string after)
    {
        await using var query = session.Prepare("""
            SELECT s.workspace_id, w.id FROM trail_segments s LEFT JOIN workspaces w ON w.id = s.workspace_id
            WHERE s.workspace_id > $1 ORDER BY s.workspace_id LIMIT 1
            """);
        return await query.Bind(after).ReadAsync() ? (query.GetText(0), !query.IsNull(1)) : null;
    }

    private static async ValueTask<(long First, int Count, long At)> FindHeadAsync(Session session, string workspaceId, long sequence)
    {
        await using var query = session.Prepare("""
            SELECT first_sequence, count, at FROM trail_segments WHERE workspace_id = $1 AND first_sequence <= $2
            ORDER BY first_sequence DESC LIMIT 1
            """);
        return await query.Bind(workspaceId).Bind(sequence).ReadAsync()
            && (query.GetInt64(0), query.GetInt32(1), query.GetInt64(2)) is var head && head.Item1 + head.Item2 > sequence
            ? head
            : throw new InvalidOperationException("the audit trail has a gap");
    }

    private static async ValueTask<long> FindFirstSequenceAsync(Session session, string workspaceId, long sequence)
    {
        await using var query = session.Prepare("""
            SELECT first_sequence FROM trail_segments WHERE workspace_id = $1 AND first_sequence <= $2
            ORDER BY first_sequence DESC LIMIT 1
            """);
        return await query.Bind(workspaceId).Bind(sequence).ReadAsync() ? query.GetInt64(0) : sequence;
    }

    private static TrailSegmentRow Read(Statement row) =>
        new(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2), row.GetInt32(3), row.GetBlob(4));
}
