using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>Reads the numbers and times of all audit trails, page by page, to verify them.</summary>
public static class TrailScan
{
    private const int TrailsInPage = 500;
    private const int EntriesInPage = 5_000;

    /// <summary>Reads the end of the installation's own trail.</summary>
    /// <exception cref="StorageUnavailableException">The installation's row is missing.</exception>
    public static async ValueTask<TrailRow> FindInstallationTrailAsync(Session session)
    {
        await using var query = session.Prepare("SELECT audit_sequence, audited_at FROM installation WHERE id = 1");
        return await query.ReadAsync()
            ? new TrailRow(AuditEntry.Installation, query.GetInt64(0), query.GetInt64(1))
            : throw new StorageUnavailableException("the installation's row is missing");
    }

    /// <summary>Lists the trails of the workspaces with ids after <paramref name="after"/>, ordered by id.</summary>
    public static async ValueTask<List<TrailRow>> ListTrailsAsync(Session session, string after)
    {
        await using var query = session.Prepare(
            "SELECT id, audit_sequence, audited_at FROM workspaces WHERE id > $1 ORDER BY id LIMIT $2");
        return await query.Bind(after).Bind(TrailsInPage)
            .ReadAllAsync(row => new TrailRow(row.GetText(0), row.GetInt64(1), row.GetInt64(2)));
    }

    /// <summary>
    /// Finds the next workspace id after <paramref name="after"/> that audit entries name, and whether that workspace exists.
    /// Returns <c>null</c> when there is no further id.
    /// </summary>
    public static async ValueTask<(string Id, bool Exists)?> FindNextWorkspaceAsync(Session session, string after)
    {
        await using var query = session.Prepare("""
            SELECT a.workspace_id, w.id FROM audit_entries a LEFT JOIN workspaces w ON w.id = a.workspace_id
            WHERE a.workspace_id > $1 ORDER BY a.workspace_id LIMIT 1
            """);
        return await query.Bind(after).ReadAsync() ? (query.GetText(0), !query.IsNull(1)) : null;
    }

    /// <summary>Lists the numbers and times of a trail's entries above a sequence number, oldest first.</summary>
    public static async ValueTask<List<(long Sequence, long CreatedAt)>> ListEntriesAsync(
        Session session, string workspaceId, long above)
    {
        await using var query = session.Prepare("""
            SELECT sequence, created_at FROM audit_entries
            WHERE workspace_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
            """);
        return await query.Bind(workspaceId).Bind(above).Bind(EntriesInPage)
            .ReadAllAsync(row => (row.GetInt64(0), row.GetInt64(1)));
    }
}
