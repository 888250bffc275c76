using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Writes the audit entries of a transaction at its end. It advances each workspace's counter once for all entries of the
/// workspace. So sequence numbers have no gap (S20), and a batch of reveals costs one update of the counter.
/// </summary>
internal static class SqliteAuditWriter
{
    private const string AdvanceWorkspace = """
        UPDATE workspaces
        SET audit_sequence = audit_sequence + $1, audited_at = instant_after(audited_at - 1)
        WHERE id = $2
        RETURNING audit_sequence, audited_at
        """;

    private const string AdvanceInstallation = """
        UPDATE installation
        SET audit_sequence = audit_sequence + $1, audited_at = instant_after(audited_at - 1)
        WHERE id = 1
        RETURNING audit_sequence, audited_at
        """;

    private const string Insert = """
        INSERT INTO audit_entries (workspace_id, sequence, id, created_at, actor_type, actor_id, action, outcome,
            request_id, ip, user_agent, project_id, environment_id, secret_id, key, path, version, target_id, name, count, details,
            reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
        """;

    /// <summary>Writes all entries of <paramref name="audit"/>.</summary>
    /// <exception cref="InvalidOperationException">An entry names a workspace that does not exist.</exception>
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

        var next = new Dictionary<string, (long Sequence, long CreatedAt)>(StringComparer.Ordinal);
        foreach (var (workspaceId, count) in counts)
        {
            next[workspaceId] = await ReserveAsync(session, workspaceId, count);
        }

        foreach (var entry in entries)
        {
            var (sequence, createdAt) = next[entry.WorkspaceId];
            next[entry.WorkspaceId] = (sequence + 1, createdAt);
            await InsertAsync(session, entry, sequence, createdAt);
        }
    }

    /// <summary>Reserves sequence numbers for entries. Returns the first number, and the time of the entries.</summary>
    private static async ValueTask<(long Sequence, long CreatedAt)> ReserveAsync(
        Session session, string workspaceId, int count)
    {
        var isInstallation = workspaceId == AuditEntry.Installation;
        await using var update = session.Prepare(isInstallation ? AdvanceInstallation : AdvanceWorkspace);
        update.Bind(count);
        if (!isInstallation)
        {
            update.Bind(workspaceId);
        }

        return await update.ReadAsync()
            ? (update.GetInt64(0) - count + 1, update.GetInt64(1))
            : throw new InvalidOperationException("an audit entry names a workspace that does not exist");
    }

    private static async ValueTask InsertAsync(Session session, AuditEntry entry, long sequence, long createdAt)
    {
        await using var insert = session.Prepare(Insert);
        insert.Bind(entry.WorkspaceId).Bind(sequence).Bind(entry.Id).Bind(createdAt)
            .Bind(entry.ActorType).Bind(entry.ActorId).Bind(entry.Action).Bind(entry.Outcome)
            .Bind(entry.RequestId).Bind(entry.Ip).Bind(entry.UserAgent)
            .Bind(entry.ProjectId).Bind(entry.EnvironmentId).Bind(entry.SecretId).Bind(entry.Key).Bind(entry.Path)
            .Bind(entry.Version).Bind(entry.TargetId).Bind(entry.Name).Bind(entry.Count).Bind(entry.Details)
            .Bind(entry.Reason);
        await insert.ExecuteAsync();
    }
}
