using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>How often each version of a secret was revealed on each day: the table <c>secret_read_versions</c>.</summary>
public static class SecretReadVersionTable
{
    /// <summary>Adds reveals.</summary>
    internal static async ValueTask AddAsync(Transaction transaction, string workspaceId, IReadOnlyList<ReadTally> reveals) =>
        await transaction.ExecuteManyAsync("""
            INSERT INTO secret_read_versions (workspace_id, secret_id, day, version, count) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (workspace_id, secret_id, day, version) DO UPDATE SET count = secret_read_versions.count + excluded.count
            """, reveals, (upsert, tally) => upsert.Bind(workspaceId).Bind(tally.SecretId).Bind(tally.Day).Bind(tally.Version!.Value)
                .Bind(tally.Reveals));

    /// <summary>Lists the days and versions of a secret before a position, the latest day and the highest version first.</summary>
    /// <param name="session">The session.</param>
    /// <param name="workspaceId">The workspace's id.</param>
    /// <param name="secretId">The secret's id.</param>
    /// <param name="before">Where the list before ended; <c>null</c> lists from the start.</param>
    /// <param name="from">The earliest day that is listed.</param>
    /// <param name="limit">The largest number of rows.</param>
    public static async ValueTask<List<ReadVersionRow>> ListAsync(
        Session session, string workspaceId, string secretId, (long Day, int Version)? before, long from, int limit)
    {
        await using var query = session.Prepare("""
            SELECT day, version, count FROM secret_read_versions
            WHERE workspace_id = $1 AND secret_id = $2 AND (day, version) < ($3, $4) AND day >= $5 ORDER BY day DESC, version DESC LIMIT $6
            """);
        var (day, version) = before ?? (long.MaxValue, 0);
        return await query.Bind(workspaceId).Bind(secretId).Bind(day).Bind(version).Bind(from).Bind(limit)
            .ReadAllAsync(static row => new ReadVersionRow(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2)));
    }

    /// <inheritdoc cref="SecretReadDayTable.RemoveBeforeAsync"/>
    internal static async ValueTask<int> RemoveBeforeAsync(Transaction transaction, string workspaceId, long day, int limit)
    {
        await using var delete = transaction.Prepare("""
            DELETE FROM secret_read_versions WHERE workspace_id = $1 AND (secret_id, day, version) IN (
                SELECT secret_id, day, version FROM secret_read_versions WHERE workspace_id = $1 AND day < $2 ORDER BY day LIMIT $3)
            """);
        return await delete.Bind(workspaceId).Bind(day).Bind(limit).ExecuteAsync();
    }

    /// <summary>Removes some of the counts of a secret. Returns how many.</summary>
    internal static async ValueTask<int> RemoveAsync(Transaction transaction, string workspaceId, string secretId, int limit)
    {
        await using var delete = transaction.Prepare("""
            DELETE FROM secret_read_versions WHERE workspace_id = $1 AND secret_id = $2 AND (day, version) IN (
                SELECT day, version FROM secret_read_versions WHERE workspace_id = $1 AND secret_id = $2 ORDER BY day, version LIMIT $3)
            """);
        return await delete.Bind(workspaceId).Bind(secretId).Bind(limit).ExecuteAsync();
    }
}
