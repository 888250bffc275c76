using Secronna.Storage.Engine;

namespace Secronna.Storage.Packing;

/// <summary>Reads the table of entries that the trail had before it had segments, to pack them.</summary>
internal static class AuditEntryTable
{
    /// <summary>The table's name.</summary>
    public const string Name = "audit_entries";

    /// <summary>Reads entries of a workspace after a sequence number, oldest first.</summary>
    public static async ValueTask<List<AuditEntryRow>> ListAsync(Session session, string workspaceId, long after, int limit)
    {
        await using var query = session.Prepare("""
            SELECT sequence, created_at, id, actor_type, actor_id, action, outcome, request_id, ip, user_agent,
                   project_id, environment_id, secret_id, key, path, version, target_id, name, count, details, reason
            FROM audit_entries WHERE workspace_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
            """);
        return await query.Bind(workspaceId).Bind(after).Bind(limit).ReadAllAsync(row => new AuditEntryRow(
            workspaceId, row.GetInt64(0), row.GetInt64(1), row.GetText(2), row.GetText(3), row.GetText(4), row.GetText(5),
            row.GetText(6), row.GetTextOrNull(7), row.GetTextOrNull(8), row.GetTextOrNull(9), row.GetTextOrNull(10),
            row.GetTextOrNull(11), row.GetTextOrNull(12), row.GetTextOrNull(13), row.GetTextOrNull(14),
            (int?)row.GetInt64OrNull(15), row.GetTextOrNull(16), row.GetTextOrNull(17), (int?)row.GetInt64OrNull(18),
            row.GetTextOrNull(19), row.GetTextOrNull(20)));
    }

    /// <summary>
    /// Finds the next workspace id after one that has entries, or has a workspace. Returns <c>null</c> when there is none.
    /// </summary>
    public static async ValueTask<string?> FindNextTrailAsync(Session session, string after)
    {
        await using var query = session.Prepare("""
            SELECT min(id) FROM (SELECT min(workspace_id) AS id FROM audit_entries WHERE workspace_id > $1
                UNION ALL SELECT min(id) FROM workspaces WHERE id > $1) ids
            """);
        return await query.Bind(after).ReadAsync() ? query.GetTextOrNull(0) : null;
    }

    /// <summary>
    /// Finds the number of the last entry of a workspace, and the number that the workspace's counter says. Both are 0 where there
    /// is nothing.
    /// </summary>
    public static async ValueTask<(long Last, long Recorded)> FindEndAsync(Session session, string workspaceId)
    {
        await using var query = session.Prepare("""
            SELECT coalesce((SELECT max(sequence) FROM audit_entries WHERE workspace_id = $1), 0),
                coalesce(CASE WHEN $1 = '' THEN (SELECT audit_sequence FROM installation)
                    ELSE (SELECT audit_sequence FROM workspaces WHERE id = $1) END, 0)
            """);
        return await query.Bind(workspaceId).ReadAsync() ? (query.GetInt64(0), query.GetInt64(1)) : default;
    }
}
