using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>What a reader of the audit trail asks for; null is any.</summary>
public sealed record AuditFilter
{
    /// <summary>The action.</summary>
    public string? Action { get; init; }

    /// <summary>Who acted.</summary>
    public string? ActorId { get; init; }

    /// <summary>The project.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The environment.</summary>
    public string? EnvironmentId { get; init; }

    /// <summary>The secret.</summary>
    public string? SecretId { get; init; }

    /// <summary>How it ended.</summary>
    public string? Outcome { get; init; }

    /// <summary>Not before this time, microseconds since 1970.</summary>
    public long? From { get; init; }

    /// <summary>Not after this time, microseconds since 1970.</summary>
    public long? To { get; init; }

    internal bool Matches(AuditEntry entry) =>
        (Action is null || Action == entry.Action)
        && (ActorId is null || ActorId == entry.ActorId)
        && (ProjectId is null || ProjectId == entry.ProjectId)
        && (EnvironmentId is null || EnvironmentId == entry.EnvironmentId)
        && (SecretId is null || SecretId == entry.SecretId)
        && (Outcome is null || Outcome == entry.Outcome);
}

/// <summary>A page of the audit trail, newest first.</summary>
/// <param name="Entries">What was found.</param>
/// <param name="NextBelow">Where the next page begins; null at the end. A page that looked long may hold few entries.</param>
public sealed record AuditPage(IReadOnlyList<RecordedEntry> Entries, long? NextBelow);

/// <summary>
/// Reads the audit trail. Each query walks one index downwards: by secret, by actor, of what did not succeed, or by
/// workspace; what else is asked for is tested row by row, over so many rows at most.
/// </summary>
public static class AuditEntryTable
{
    /// <summary>Rows that one page looks at, at most.</summary>
    public const int ScanLimit = 5_000;

    private const string Columns = """
        SELECT sequence, created_at, id, actor_type, actor_id, action, outcome, request_id, ip, user_agent,
               project_id, environment_id, secret_id, key, path, version, target_id, name, count
        FROM audit_entries
        """;

    // Bounded above alone: with both bounds SQLite takes the workspace's index, whatever else is asked for.
    private const string Window = " AND sequence < $3 ORDER BY sequence DESC LIMIT $4";

    /// <summary>A page of a workspace's entries below a sequence number.</summary>
    public static async ValueTask<AuditPage> PageAsync(
        Session session, string workspaceId, AuditFilter filter, long below, int limit)
    {
        var first = filter.From is { } from ? await FirstSinceAsync(session, workspaceId, from) : 1;
        if (filter.To is { } to && to < long.MaxValue)
        {
            below = Math.Min(below, await FirstSinceAsync(session, workspaceId, to + 1));
        }

        var found = new List<RecordedEntry>();
        var looked = 0;
        await using var query = Choose(session, workspaceId, filter);
        query.Bind(below).Bind(ScanLimit);
        while (await query.ReadAsync())
        {
            looked++;
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

        var mayGoOn = found.Count == limit || looked == ScanLimit;
        return new AuditPage(found, mayGoOn && below > first ? below : null);
    }

    /// <summary>Entries above a sequence number, oldest first: for export.</summary>
    public static async ValueTask<List<RecordedEntry>> ExportAsync(
        Session session, string workspaceId, long above, int limit)
    {
        await using var query = session.Prepare(
            Columns + " WHERE workspace_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3");
        query.Bind(workspaceId).Bind(above).Bind(limit);
        var rows = new List<RecordedEntry>();
        while (await query.ReadAsync())
        {
            rows.Add(Read(query, workspaceId));
        }

        return rows;
    }

    /// <summary>
    /// The sequence number of the first entry at or after a time; one past the last when there is none. Times rise with
    /// the numbers, and the numbers have no gaps, so it is found by halving.
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

    private static Statement Choose(Session session, string workspaceId, AuditFilter filter) => filter switch
    {
        { SecretId: { } secretId } =>
            session.Prepare(Columns + " WHERE secret_id = $1 AND workspace_id = $2" + Window).Bind(secretId).Bind(workspaceId),
        { ActorId: { } actorId } =>
            session.Prepare(Columns + " WHERE actor_id = $1 AND workspace_id = $2" + Window).Bind(actorId).Bind(workspaceId),
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
    });
}
