using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>Workspaces and the allowlist.</summary>
public static class WorkspaceTable
{
    /// <summary>Adds to the bytes that a workspace stores. They never fall below 0.</summary>
    internal const string AddStoredBytesSql = """
        UPDATE workspaces SET stored_bytes = CASE WHEN stored_bytes + $1 > 0 THEN stored_bytes + $1 ELSE 0 END WHERE id = $2
        """;

    /// <summary>
    /// Puts a workspace on the allowlist. If <paramref name="name"/> is <c>null</c>, the workspace keeps its name.
    /// </summary>
    public static async ValueTask AllowAsync(Transaction transaction, string id, string? name, long now)
    {
        await using var upsert = transaction.Prepare("""
            INSERT INTO workspaces (id, name, allowed, created_at) VALUES ($1, $2, 1, $3)
            ON CONFLICT (id) DO UPDATE SET allowed = 1, name = coalesce(excluded.name, workspaces.name)
            """);
        await InstallationTable.AdvanceAccessCounterAsync(transaction);
        await upsert.Bind(id).Bind(name).Bind(now).ExecuteAsync();
    }

    /// <summary>Adds a workspace that is not on the allowlist, unless there is one of that id.</summary>
    public static async ValueTask AddDeniedAsync(Transaction transaction, string id)
    {
        await using var insert = transaction.Prepare(
            "INSERT INTO workspaces (id, allowed, created_at) VALUES ($1, 0, now_us()) ON CONFLICT (id) DO NOTHING");
        await insert.Bind(id).ExecuteAsync();
    }

    /// <summary>Removes a workspace from the allowlist. Returns false when there is no such workspace.</summary>
    public static async ValueTask<bool> DenyAsync(Transaction transaction, string id)
    {
        await using var update = transaction.Prepare("UPDATE workspaces SET allowed = 0 WHERE id = $1");
        await InstallationTable.AdvanceAccessCounterAsync(transaction);
        return await update.Bind(id).ExecuteAsync() == 1;
    }

    /// <summary>The bytes of sealed content that a workspace stores; 0 when there is no such workspace.</summary>
    public static async ValueTask<long> FindStoredBytesAsync(Session session, string id)
    {
        await using var query = session.Prepare("SELECT stored_bytes FROM workspaces WHERE id = $1");
        return await query.Bind(id).ReadAsync() ? query.GetInt64(0) : 0;
    }

    /// <summary>Stores the changes that the transaction has collected. The rows of workspaces are locked last.</summary>
    internal static async ValueTask AddStoredBytesAsync(Transaction transaction)
    {
        foreach (var (workspaceId, bytes) in transaction.StoredBytes.Sums)
        {
            await using var update = transaction.Prepare(AddStoredBytesSql);
            await update.Bind(bytes).Bind(workspaceId).ExecuteAsync();
        }
    }

    /// <summary>Whether there is such a workspace, on the allowlist or not.</summary>
    public static async ValueTask<bool> ExistsAsync(Session session, string id)
    {
        await using var query = session.Prepare("SELECT 1 FROM workspaces WHERE id = $1");
        return await query.Bind(id).ReadAsync();
    }

    /// <summary>Whether the workspace is on the allowlist.</summary>
    public static async ValueTask<bool> IsAllowedAsync(Session session, string id)
    {
        await using var query = session.Prepare("SELECT 1 FROM workspaces WHERE id = $1 AND allowed = 1");
        return await query.Bind(id).ReadAsync();
    }

    /// <summary>Lists the workspaces with ids after <paramref name="after"/>, ordered by id.</summary>
    public static async ValueTask<List<WorkspaceRow>> ListAsync(Session session, string after, int limit)
    {
        await using var query = session.Prepare(
            "SELECT id, name, allowed, created_at FROM workspaces WHERE id > $1 ORDER BY id LIMIT $2");
        return await query.Bind(after).Bind(limit).ReadAllAsync(static row => new WorkspaceRow(
            row.GetText(0), row.GetTextOrNull(1), row.GetInt64(2) != 0, row.GetInt64(3)));
    }
}
