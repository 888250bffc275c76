using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>The first and the last read of each reader of each secret: the table <c>secret_readers</c>.</summary>
public static class SecretReaderTable
{
    /// <summary>Adds reads.</summary>
    internal static async ValueTask AddAsync(Transaction transaction, string workspaceId, IReadOnlyList<ReadTally> tallies) =>
        await transaction.ExecuteManyAsync("""
            INSERT INTO secret_readers (
                workspace_id, secret_id, actor_type, actor_id, subject, first_at, first_sequence, last_at, last_reveal_day)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (workspace_id, secret_id, actor_type, actor_id, subject) DO UPDATE
            SET first_at = CASE WHEN excluded.first_sequence < secret_readers.first_sequence
                    THEN excluded.first_at ELSE secret_readers.first_at END,
                first_sequence = CASE WHEN excluded.first_sequence < secret_readers.first_sequence
                    THEN excluded.first_sequence ELSE secret_readers.first_sequence END,
                last_at = excluded.last_at, last_reveal_day = coalesce(excluded.last_reveal_day, secret_readers.last_reveal_day)
            """, tallies, (upsert, tally) => upsert.Bind(workspaceId).Bind(tally.SecretId)
                .Bind(tally.Reader.ActorType).Bind(tally.Reader.ActorId).Bind(tally.Reader.Subject)
                .Bind(tally.FirstAt).Bind(tally.FirstSequence).Bind(tally.LastAt).Bind(tally.Reveals > 0 ? tally.Day : null));

    /// <summary>Lists the readers of a secret, the newest reader first.</summary>
    /// <param name="session">The session.</param>
    /// <param name="workspaceId">The workspace's id.</param>
    /// <param name="secretId">The secret's id.</param>
    /// <param name="below">Lists readers whose first read has a sequence number below this one.</param>
    /// <param name="limit">The largest number of readers.</param>
    public static async ValueTask<List<SecretReaderRow>> ListAsync(
        Session session, string workspaceId, string secretId, long below, int limit)
    {
        await using var query = session.Prepare("""
            SELECT actor_type, actor_id, subject, first_at, first_sequence, last_at FROM secret_readers
            WHERE workspace_id = $1 AND secret_id = $2 AND first_sequence < $3 ORDER BY first_sequence DESC LIMIT $4
            """);
        return await query.Bind(workspaceId).Bind(secretId).Bind(below).Bind(limit).ReadAllAsync(static row => new SecretReaderRow(
            new SecretReader(row.GetText(0), row.GetText(1), row.GetText(2)), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)));
    }

    /// <summary>Removes some of the readers of a secret. Returns how many.</summary>
    internal static async ValueTask<int> RemoveAsync(Transaction transaction, string workspaceId, string secretId, int limit)
    {
        await using var delete = transaction.Prepare("""
            DELETE FROM secret_readers WHERE workspace_id = $1 AND secret_id = $2 AND first_sequence IN (
                SELECT first_sequence FROM secret_readers WHERE workspace_id = $1 AND secret_id = $2 ORDER BY first_sequence LIMIT $3)
            """);
        return await delete.Bind(workspaceId).Bind(secretId).Bind(limit).ExecuteAsync();
    }
}
