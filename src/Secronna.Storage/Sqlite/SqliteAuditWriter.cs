using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Writes a transaction's audit entries at its end: a workspace's counter is taken once for all of its entries, so
/// that sequence numbers have no gap (S20) and a batch of reveals costs one counter update.
/// </summary>
internal static class SqliteAuditWriter
{
    private const string TakeFromWorkspace = """
        UPDATE workspaces
        SET audit_sequence = audit_sequence + $1, audited_at = instant_after(audited_at - 1)
        WHERE id = $2
        RETURNING audit_sequence, audited_at
        """;

    private const string TakeFromInstallation = """
        UPDATE installation
        SET audit_sequence = audit_sequence + $1, audited_at = instant_after(audited_at - 1)
        WHERE id = 1
        RETURNING audit_sequence, audited_at
        """;

    private const string Insert = """
        INSERT INTO audit_entries (workspace_id, sequence, id, created_at, actor_type, actor_id, action, outcome,
            request_id, ip, user_agent, project_id, environment_id, secret_id, key, path, version, target_id, name, count)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        """;

    public static async ValueTask WriteAsync(Session session, AuditTrail audit)
    {
        var entries = audit.Entries;
        if (entries.Count == 0)
        {
            return;
        }

        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            counts[entry.WorkspaceId] = counts.GetValueOrDefault(entry.WorkspaceId) + 1;
        }

        var places = new Dictionary<string, (long Sequence, long CreatedAt)>(StringComparer.Ordinal);
        foreach (var (workspaceId, count) in counts)
        {
            places[workspaceId] = await TakeAsync(session, workspaceId, count);
        }

        foreach (var entry in entries)
        {
            var (sequence, createdAt) = places[entry.WorkspaceId];
            places[entry.WorkspaceId] = (sequence + 1, createdAt);
            await InsertAsync(session, entry, sequence, createdAt);
        }
    }

    private static async ValueTask<(long Sequence, long CreatedAt)> TakeAsync(
        Session session, string workspaceId, int count)
    {
        var installation = workspaceId == AuditEntry.Installation;
        await using var take = session.Prepare(installation ? TakeFromInstallation : TakeFromWorkspace);
        take.Bind(count);
        if (!installation)
        {
            take.Bind(workspaceId);
        }

        return await take.ReadAsync()
            ? (take.GetInt64(0) - count + 1, take.GetInt64(1))
            : throw new InvalidOperationException("an audit entry names a workspace that does not exist");
    }

    private static async ValueTask InsertAsync(Session session, AuditEntry entry, long sequence, long createdAt)
    {
        await using var insert = session.Prepare(Insert);
        insert.Bind(entry.WorkspaceId).Bind(sequence).Bind(entry.Id).Bind(createdAt)
            .Bind(entry.ActorType).Bind(entry.ActorId).Bind(entry.Action).Bind(entry.Outcome)
            .Bind(entry.RequestId).Bind(entry.Ip).Bind(entry.UserAgent)
            .Bind(entry.ProjectId).Bind(entry.EnvironmentId).Bind(entry.SecretId).Bind(entry.Key).Bind(entry.Path)
            .Bind(entry.Version).Bind(entry.TargetId).Bind(entry.Name).Bind(entry.Count);
        await insert.ExecuteAsync();
    }
}
