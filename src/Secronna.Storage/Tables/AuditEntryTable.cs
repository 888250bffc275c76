using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// Reads the audit trail. A query reads one index downwards: by secret, by actor, of entries without success, or by workspace.
/// The other conditions are tested row by row, on at most <see cref="ScanLimit"/> rows.
/// </summary>
public static class AuditEntryTable
{
    /// <summary>The largest number of rows that are read for one page.</summary>
    public const int ScanLimit = 5_000;

    private const string Columns = """
        SELECT sequence, created_at, id, actor_type, actor_id, action, outcome, request_id, ip, user_agent,
               project_id, environment_id, secret_id, key, path, version, target_id, name, count, details, reason
        FROM audit_entries
        """;

    // There is no lower bound on the sequence, because with both bounds SQLite would always choose the index by workspace.
    private const string Window = " AND sequence < $3 ORDER BY sequence DESC LIMIT $4";

    /// <summary>Reads a page of a workspace's entries.</summary>
    /// <param name="session">The session.</param>
    /// <param name="workspaceId">The workspace's id, or <see cref="AuditEntry.Installation"/>.</param>
    /// <param name="filter">The conditions.</param>
    /// <param name="below">The page has entries with sequence numbers below this one.</param>
    /// <param name="limit">The largest number of entries.</param>
    public static async ValueTask<AuditPage> PageAsync(
        Session session, string workspaceId, AuditFilter filter, long below, int limit)
    {
        var first = filter.From is { } from ? await FirstSinceAsync(session, workspaceId, from) : 1;
        if (filter.To is { } to && to < long.MaxValue)
        {
            below = Math.Min(below, await FirstSinceAsync(session, workspaceId, to + 1));
        }

        if (filter.Sequence is { } sequence)
        {
            (first, below) = (Math.Max(first, sequence), Math.Min(below, sequence + 1));
        }

        var found = new List<RecordedEntry>();
        var scanned = 0;
        await using var query = PrepareByIndex(session, workspaceId, filter);
        query.Bind(below).Bind(filter.Sequence is null ? ScanLimit : 1);
        while (await query.ReadAsync())
        {
            scanned++;
            below = query.GetInt64(0);
            if (below < first)
            {
                break;
            }

            if (Read(query, workspaceId) is var entry && filter.Matches(entry.Entry))
            {
                found.Add(entry);
                if (found.Count == limit)
                {
                    break;
                }
            }
        }

        var mayHaveMore = found.Count == limit || scanned == ScanLimit;
        return new AuditPage(found, mayHaveMore && below > first ? below : null);
    }

    /// <summary>Reads entries above a sequence number, oldest first.</summary>
    public static async ValueTask<List<RecordedEntry>> ExportAsync(
        Session session, string workspaceId, long above, int limit)
    {
        await using var query = session.Prepare(
            Columns + " WHERE workspace_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3");
        query.Bind(workspaceId).Bind(above).Bind(limit);
        return await query.ReadAllAsync(row => Read(row, workspaceId));
    }

    /// <summary>
    /// Finds the sequence number of the first entry at or after a time (microseconds since 1970). Without such an entry the
    /// result is the last sequence number plus one. A binary search works, because the numbers have no gaps and the times never
    /// fall.
    /// </summary>
    public static async ValueTask<long> FirstSinceAsync(Session session, string workspaceId, long time)
    {
        long low = 1, high = await LastAsync(session, workspaceId) + 1;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = await CreatedAtAsync(session, workspaceId, middle) < time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    // Both engines may believe that the newest entries have many of an actor or a secret, and read all entries of the workspace
    // until they find some. Ranges over the columns of the id's own index, in its order, leave them no other index. The workspace of
    // a secret's entries is always the same, so it needs no index.
    private static Statement PrepareByIndex(Session session, string workspaceId, AuditFilter filter) => filter switch
    {
        { SecretId: { } secretId } =>
            session.Prepare(Columns + """
                 WHERE secret_id >= $1 AND workspace_id || '' = $2 AND (secret_id, sequence) < ($1, $3)
                ORDER BY secret_id DESC, sequence DESC LIMIT $4
                """).Bind(secretId).Bind(workspaceId),
        { ActorId: { } actorId } =>
            session.Prepare(Columns + """
                 WHERE (actor_id, workspace_id, sequence) < ($1, $2, $3) AND (actor_id, workspace_id) >= ($1, $2)
                ORDER BY actor_id DESC, workspace_id DESC, sequence DESC LIMIT $4
                """).Bind(actorId).Bind(workspaceId),
        { Outcome: not null and not "success" } =>
            session.Prepare(Columns + " WHERE workspace_id = $1 AND outcome <> 'success' AND $2 = 1" + Window)
                .Bind(workspaceId).Bind(1),
        _ => session.Prepare(Columns + " WHERE workspace_id = $1 AND $2 = 1" + Window).Bind(workspaceId).Bind(1),
    };

    private static async ValueTask<long> LastAsync(Session session, string workspaceId)
    {
        await using var query = session.Prepare(
            "SELECT sequence FROM audit_entries WHERE workspace_id = $1 ORDER BY sequence DESC LIMIT 1");
        return await query.Bind(workspaceId).ReadAsync() ? query.GetInt64(0) : 0;
    }

    private static async ValueTask<long> CreatedAtAsync(Session session, string workspaceId, long sequence)
    {
        await using var query = session.Prepare(
            "SELECT created_at FROM audit_entries WHERE workspace_id = $1 AND sequence = $2");
        return await query.Bind(workspaceId).Bind(sequence).ReadAsync()
            ? query.GetInt64(0)
            : throw new InvalidOperationException("the audit trail has a gap");
    }

    private static RecordedEntry Read(Statement row, string workspaceId) => new(row.GetInt64(0), row.GetInt64(1), new AuditEntry
    {
        WorkspaceId = workspaceId,
        Id = row.GetText(2),
        ActorType = row.GetText(3),
        ActorId = row.GetText(4),
        Action = row.GetText(5),
        Outcome = row.GetText(6),
        RequestId = row.GetTextOrNull(7),
        Ip = row.GetTextOrNull(8),
        UserAgent = row.GetTextOrNull(9),
        ProjectId = row.GetTextOrNull(10),
        EnvironmentId = row.GetTextOrNull(11),
        SecretId = row.GetTextOrNull(12),
        Key = row.GetTextOrNull(13),
        Path = row.GetTextOrNull(14),
        Version = (int?)row.GetInt64OrNull(15),
        TargetId = row.GetTextOrNull(16),
        Name = row.GetTextOrNull(17),
        Count = (int?)row.GetInt64OrNull(18),
        Details = row.GetTextOrNull(19),
        Reason = row.GetTextOrNull(20),
    });
}
