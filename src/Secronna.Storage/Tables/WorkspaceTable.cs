using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>A workspace, and whether it is on the allowlist (S22).</summary>
public sealed record WorkspaceRow(string Id, string? Name, bool Allowed, long CreatedAt);

/// <summary>Workspaces and the allowlist.</summary>
public static class WorkspaceTable
{
    /// <summary>Puts a workspace on the allowlist; a name that is null leaves the one that is there.</summary>
    public static async ValueTask AllowAsync(Transaction transaction, string id, string? name, long now)
    {
        await using var upsert = transaction.Prepare("""
            INSERT INTO workspaces (id, name, allowed, created_at) VALUES ($1, $2, 1, $3)
            ON CONFLICT (id) DO UPDATE SET allowed = 1, name = coalesce(excluded.name, workspaces.name)
            """);
        await InstallationTable.AccessChangedAsync(transaction);
        await upsert.Bind(id).Bind(name).Bind(now).ExecuteAsync();
    }

    /// <summary>Takes a workspace off the allowlist; false when there is no such workspace.</summary>
    public static async ValueTask<bool> DenyAsync(Transaction transaction, string id)
    {
        await using var update = transaction.Prepare("UPDATE workspaces SET allowed = 0 WHERE id = $1");
        await InstallationTable.AccessChangedAsync(transaction);
        return await update.Bind(id).ExecuteAsync() == 1;
    }

    /// <summary>Whether the workspace is on the allowlist.</summary>
    public static async ValueTask<bool> IsAllowedAsync(Session session, string id)
    {
        await using var query = session.Prepare("SELECT 1 FROM workspaces WHERE id = $1 AND allowed = 1");
        return await query.Bind(id).ReadAsync();
    }

    /// <summary>The workspaces after this id, in its order.</summary>
    public static async ValueTask<List<WorkspaceRow>> ListAsync(Session session, string after, int limit)
    {
        await using var query = session.Prepare(
            "SELECT id, name, allowed, created_at FROM workspaces WHERE id > $1 ORDER BY id LIMIT $2");
        query.Bind(after).Bind(limit);
        var rows = new List<WorkspaceRow>();
        while (await query.ReadAsync())
        {
            rows.Add(new WorkspaceRow(query.GetText(0), query.GetTextOrNull(1), query.GetInt64(2) != 0, query.GetInt64(3)));
        }

        return rows;
    }
}
