using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>The last reveal of each secret, and the number of its readers: the table <c>secret_reads</c>.</summary>
public static class SecretReadTable
{
    /// <summary>The most secrets that one statement looks up.</summary>
    public const int IdsPerStatement = 500;

    private static readonly string ReadsOfSecrets = $"""
        SELECT secret_id, last_at, actor_type, actor_id, subject, readers FROM secret_reads
        WHERE workspace_id = $1 AND secret_id IN ({IdParameters(from: 2)})
        """;

    /// <summary>Adds reveals. The readers of the tallies must not be stored yet.</summary>
    internal static async ValueTask AddAsync(Transaction transaction, string workspaceId, IReadOnlyList<ReadTally> reveals)
    {
        // Of the tallies of a reader, only the first one can make a new reader.
        var seen = new HashSet<(string, SecretReader)>();
        await transaction.ExecuteManyAsync("""
            INSERT INTO secret_reads (workspace_id, secret_id, last_at, actor_type, actor_id, subject, readers)
            VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $7 = 0 OR EXISTS (
                SELECT 1 FROM secret_readers WHERE workspace_id = $1 AND secret_id = $2 AND actor_type = $4 AND actor_id = $5
                    AND subject = $6 AND last_reveal_day IS NOT NULL) THEN 0 ELSE 1 END)
            ON CONFLICT (workspace_id, secret_id) DO UPDATE
            SET last_at = excluded.last_at, actor_type = excluded.actor_type, actor_id = excluded.actor_id, subject = excluded.subject,
                readers = secret_reads.readers + excluded.readers
            """, reveals, (upsert, tally) => upsert.Bind(workspaceId).Bind(tally.SecretId).Bind(tally.LastAt)
                .Bind(tally.Reader.ActorType).Bind(tally.Reader.ActorId).Bind(tally.Reader.Subject)
                .Bind(seen.Add((tally.SecretId, tally.Reader)) ? 1 : 0));
    }

    /// <summary>Finds the last reveals of secrets. Secrets that were never revealed are missing.</summary>
    /// <param name="session">The session.</param>
    /// <param name="workspaceId">The workspace's id.</param>
    /// <param name="secretIds">At most <see cref="IdsPerStatement"/> ids.</param>
    public static async ValueTask<Dictionary<string, SecretReadRow>> FindAsync(
        Session session, string workspaceId, IReadOnlyList<string> secretIds)
    {
        await using var query = session.Prepare(ReadsOfSecrets);
        BindIds(query.Bind(workspaceId), secretIds);
        return (await query.ReadAllAsync(static row => (Id: row.GetText(0), Read: Read(row, 1))))
            .ToDictionary(row => row.Id, row => row.Read, StringComparer.Ordinal);
    }

    /// <summary>
    /// Lists the secrets of a workspace that were revealed since a time, by their last reveals, newest first. Deleted secrets are
    /// listed too, so that the number of rows read is the number of rows given.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="workspaceId">The workspace's id.</param>
    /// <param name="before">Where the list before ended; <c>null</c> lists from the start.</param>
    /// <param name="since">The time, in microseconds since 1970.</param>
    /// <param name="limit">The largest number of rows.</param>
    public static async ValueTask<List<(SecretReadRow Read, SecretRow Secret, bool IsLive)>> ListRecentAsync(
        Session session, string workspaceId, (long At, string SecretId)? before, long since, int limit)
    {
        await using var query = session.Prepare(
            SecretTable.Columns + ", coalesce(s.deleted_at, e.deleted_at, p.deleted_at), r.last_at, r.actor_type, r.actor_id, r.subject, r.readers"
            + SecretTable.Tables + """
             JOIN secret_reads r ON r.workspace_id = s.workspace_id AND r.secret_id = s.id
            WHERE r.workspace_id = $1 AND (r.last_at, r.secret_id) < ($2, $3) AND r.last_at >= $4
            ORDER BY r.last_at DESC, r.secret_id DESC LIMIT $5
            """);
        var (at, secretId) = before ?? (long.MaxValue, "");
        return await query.Bind(workspaceId).Bind(at).Bind(secretId).Bind(since).Bind(limit)
            .ReadAllAsync(static row => (Read(row, 11), SecretTable.Read(row), row.IsNull(10)));
    }

    /// <summary>Removes what is known of a secret. Returns the number of rows.</summary>
    internal static async ValueTask<int> RemoveAsync(Transaction transaction, string workspaceId, string secretId)
    {
        await using var delete = transaction.Prepare("DELETE FROM secret_reads WHERE workspace_id = $1 AND secret_id = $2");
        return await delete.Bind(workspaceId).Bind(secretId).ExecuteAsync();
    }

    /// <summary>The parameters of <see cref="IdsPerStatement"/> ids in a statement.</summary>
    internal static string IdParameters(int from) =>
        string.Join(", ", Enumerable.Range(from, IdsPerStatement).Select(number => $"${number}"));

    /// <summary>Binds ids to <see cref="IdParameters"/>. A parameter without an id repeats the last one.</summary>
    internal static void BindIds(Statement statement, IReadOnlyList<string> ids)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ids.Count, IdsPerStatement);
        for (var i = 0; i < IdsPerStatement; i++)
        {
            statement.Bind(i < ids.Count ? ids[i] : ids.Count > 0 ? ids[^1] : "");
        }
    }

    private static SecretReadRow Read(Statement row, int first) => new(
        row.GetInt64(first), new SecretReader(row.GetText(first + 1), row.GetText(first + 2), row.GetText(first + 3)), row.GetInt64(first + 4));
}
