using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>How often a secret was revealed on each day, and by how many different readers: the table <c>secret_read_days</c>.</summary>
public static class SecretReadDayTable
{
    private static readonly string CountsOfSecrets = $"""
        SELECT secret_id, CAST(sum(count) AS bigint), count(*) FROM secret_read_days
        WHERE workspace_id = $1 AND day >= $2 AND secret_id IN ({SecretReadTable.IdParameters(from: 3)})
        GROUP BY secret_id
        """;

    /// <summary>Adds reveals. The readers of the tallies must not be stored yet.</summary>
    internal static async ValueTask AddAsync(Transaction transaction, string workspaceId, IReadOnlyList<ReadTally> reveals)
    {
        // Of the tallies of a reader's day, only the first one can make a new reader.
        var seen = new HashSet<(string, SecretReader, long)>();
        await transaction.ExecuteManyAsync("""
            INSERT INTO secret_read_days (workspace_id, secret_id, day, count, readers)
            VALUES ($1, $2, $3, $4, CASE WHEN $5 = 0 OR EXISTS (
                SELECT 1 FROM secret_readers WHERE workspace_id = $1 AND secret_id = $2 AND actor_type = $6 AND actor_id = $7
                    AND subject = $8 AND last_reveal_day = $3) THEN 0 ELSE 1 END)
            ON CONFLICT (workspace_id, secret_id, day) DO UPDATE
            SET count = secret_read_days.count + excluded.count, readers = secret_read_days.readers + excluded.readers
            """, reveals, (upsert, tally) => upsert.Bind(workspaceId).Bind(tally.SecretId).Bind(tally.Day).Bind(tally.Reveals)
                .Bind(seen.Add((tally.SecretId, tally.Reader, tally.Day)) ? 1 : 0)
                .Bind(tally.Reader.ActorType).Bind(tally.Reader.ActorId).Bind(tally.Reader.Subject));
    }

    /// <summary>Lists the days of a secret, or of the workspace, from a day on, oldest first.</summary>
    public static async ValueTask<List<ReadDayRow>> ListAsync(Session session, string workspaceId, string secretId, long from)
    {
        await using var query = session.Prepare("""
            SELECT day, count, readers FROM secret_read_days WHERE workspace_id = $1 AND secret_id = $2 AND day >= $3 ORDER BY day
            """);
        return await query.Bind(workspaceId).Bind(secretId).Bind(from)
            .ReadAllAsync(static row => new ReadDayRow(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)));
    }

    /// <summary>
    /// Counts the reveals of secrets from a day on. The result has each secret that was revealed, and how many rows were read for it.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="workspaceId">The workspace's id.</param>
    /// <param name="secretIds">At most <see cref="SecretReadTable.IdsPerStatement"/> ids.</param>
    /// <param name="from">The first day.</param>
    public static async ValueTask<Dictionary<string, (long Count, int Rows)>> CountAsync(
        Session session, string workspaceId, IReadOnlyList<string> secretIds, long from)
    {
        await using var query = session.Prepare(CountsOfSecrets);
        SecretReadTable.BindIds(query.Bind(workspaceId).Bind(from), secretIds);
        return (await query.ReadAllAsync(static row => (Id: row.GetText(0), Count: row.GetInt64(1), Rows: row.GetInt32(2))))
            .ToDictionary(row => row.Id, row => (row.Count, row.Rows), StringComparer.Ordinal);
    }

    /// <summary>Removes some of the counts of days before a day. Returns how many.</summary>
    internal static async ValueTask<int> RemoveBeforeAsync(Transaction transaction, string workspaceId, long day, int limit)
    {
        await using var delete = transaction.Prepare("""
            DELETE FROM secret_read_days WHERE workspace_id = $1 AND (secret_id, day) IN (
                SELECT secret_id, day FROM secret_read_days WHERE workspace_id = $1 AND day < $2 ORDER BY day LIMIT $3)
            """);
        return await delete.Bind(workspaceId).Bind(day).Bind(limit).ExecuteAsync();
    }

    /// <summary>Removes the counts of a secret. There are not many: old ones are removed by <see cref="RemoveBeforeAsync"/>.</summary>
    internal static async ValueTask<int> RemoveAsync(Transaction transaction, string workspaceId, string secretId)
    {
        await using var delete = transaction.Prepare("DELETE FROM secret_read_days WHERE workspace_id = $1 AND secret_id = $2");
        return await delete.Bind(workspaceId).Bind(secretId).ExecuteAsync();
    }
}
