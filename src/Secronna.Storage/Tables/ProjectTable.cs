using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>A project.</summary>
public sealed record ProjectRow(
    string Id, string WorkspaceId, string Name, string Slug, long CreatedAt, string CreatedBy);

/// <summary>Projects. Every query but that of operators is scoped by the workspace (S23).</summary>
public static class ProjectTable
{
    private const string Columns = "SELECT id, workspace_id, name, slug, created_at, created_by FROM projects ";

    /// <summary>Adds a project.</summary>
    /// <exception cref="UniqueViolationException">The slug is taken.</exception>
    public static async ValueTask InsertAsync(Transaction transaction, ProjectRow row)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO projects (id, workspace_id, name, slug, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)
            """);
        await insert.Bind(row.Id).Bind(row.WorkspaceId).Bind(row.Name).Bind(row.Slug).Bind(row.CreatedAt)
            .Bind(row.CreatedBy).ExecuteAsync();
    }

    /// <summary>The project, or null.</summary>
    public static async ValueTask<ProjectRow?> FindAsync(Session session, string workspaceId, string id)
    {
        await using var query = session.Prepare(Columns + "WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL");
        return await query.Bind(id).Bind(workspaceId).ReadAsync() ? Read(query) : null;
    }

    /// <summary>The project of any workspace, for operators; or null.</summary>
    public static async ValueTask<ProjectRow?> FindAnywhereAsync(Session session, string id)
    {
        await using var query = session.Prepare(Columns + "WHERE id = $1 AND deleted_at IS NULL");
        return await query.Bind(id).ReadAsync() ? Read(query) : null;
    }

    /// <summary>The project with this slug, or null.</summary>
    public static async ValueTask<ProjectRow?> FindBySlugAsync(Session session, string workspaceId, string slug)
    {
        await using var query = session.Prepare(Columns + "WHERE workspace_id = $1 AND slug = $2 AND deleted_at IS NULL");
        return await query.Bind(workspaceId).Bind(slug).ReadAsync() ? Read(query) : null;
    }

    /// <summary>The workspace's projects after this id, oldest first.</summary>
    public static async ValueTask<List<ProjectRow>> ListAsync(
        Session session, string workspaceId, string after, int limit)
    {
        await using var query = session.Prepare(
            Columns + "WHERE workspace_id = $1 AND id > $2 AND deleted_at IS NULL ORDER BY id LIMIT $3");
        query.Bind(workspaceId).Bind(after).Bind(limit);
        var rows = new List<ProjectRow>();
        while (await query.ReadAsync())
        {
            rows.Add(Read(query));
        }

        return rows;
    }

    /// <summary>Renames; false when it is not there. The slug stays.</summary>
    public static async ValueTask<bool> RenameAsync(Transaction transaction, string workspaceId, string id, string name)
    {
        await using var update = transaction.Prepare(
            "UPDATE projects SET name = $1 WHERE id = $2 AND workspace_id = $3 AND deleted_at IS NULL");
        return await update.Bind(name).Bind(id).Bind(workspaceId).ExecuteAsync() == 1;
    }

    /// <summary>The project, locked for a change of its row; or null.</summary>
    public static async ValueTask<ProjectRow?> LockAsync(Transaction transaction, string workspaceId, string id)
    {
        await using var query = transaction.Prepare(
            Columns + "WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL FOR UPDATE");
        return await query.Bind(id).Bind(workspaceId).ReadAsync() ? Read(query) : null;
    }

    /// <summary>Whether any of its environments has a secret. No other gets one once its KEKs are destroyed or locked.</summary>
    public static async ValueTask<bool> HasSecretsAsync(Session session, string id)
    {
        await using var query = session.Prepare(
            "SELECT 1 FROM environments WHERE project_id = $1 AND deleted_at IS NULL AND secret_count > 0 LIMIT 1");
        return await query.Bind(id).ReadAsync();
    }

    /// <summary>Makes it invisible and leaves the rest to <see cref="Purge"/>; false when it is not there.</summary>
    public static async ValueTask<bool> MarkDeletedAsync(
        Transaction transaction, string workspaceId, string id, long now)
    {
        await using var update = transaction.Prepare(
            "UPDATE projects SET deleted_at = $1 WHERE id = $2 AND workspace_id = $3 AND deleted_at IS NULL");
        return await update.Bind(now).Bind(id).Bind(workspaceId).ExecuteAsync() == 1;
    }

    private static ProjectRow Read(Statement row) =>
        new(row.GetText(0), row.GetText(1), row.GetText(2), row.GetText(3), row.GetInt64(4), row.GetText(5));
}
