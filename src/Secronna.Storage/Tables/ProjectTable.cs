using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// Projects. Every query is scoped by the workspace (S23), except <see cref="FindInAnyWorkspaceAsync"/>, which is for operators.
/// </summary>
public static class ProjectTable
{
    private const string Columns = "SELECT id, workspace_id, name, slug, created_at, created_by FROM projects ";

    /// <summary>Adds a project.</summary>
    /// <exception cref="UniqueViolationException">Another project of the workspace has this slug.</exception>
    public static async ValueTask InsertAsync(Transaction transaction, ProjectRow row)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO projects (id, workspace_id, name, slug, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)
            """);
        await insert.Bind(row.Id).Bind(row.WorkspaceId).Bind(row.Name).Bind(row.Slug).Bind(row.CreatedAt)
            .Bind(row.CreatedBy).ExecuteAsync();
    }

    /// <summary>Finds a project. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<ProjectRow?> FindAsync(Session session, string workspaceId, string id)
    {
        await using var query = session.Prepare(Columns + "WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL");
        return await query.Bind(id).Bind(workspaceId).ReadAsync() ? Read(query) : null;
    }

    /// <summary>Finds a project of any workspace, for operators. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<ProjectRow?> FindInAnyWorkspaceAsync(Session session, string id)
    {
        await using var query = session.Prepare(Columns + "WHERE id = $1 AND deleted_at IS NULL");
        return await query.Bind(id).ReadAsync() ? Read(query) : null;
    }

    /// <summary>Finds a project by its slug. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<ProjectRow?> FindBySlugAsync(Session session, string workspaceId, string slug)
    {
        await using var query = session.Prepare(Columns + "WHERE workspace_id = $1 AND slug = $2 AND deleted_at IS NULL");
        return await query.Bind(workspaceId).Bind(slug).ReadAsync() ? Read(query) : null;
    }

    /// <summary>Lists the workspace's projects with ids after <paramref name="after"/>, oldest first.</summary>
    public static async ValueTask<List<ProjectRow>> ListAsync(
        Session session, string workspaceId, string after, int limit)
    {
        await using var query = session.Prepare(
            Columns + "WHERE workspace_id = $1 AND id > $2 AND deleted_at IS NULL ORDER BY id LIMIT $3");
        query.Bind(workspaceId).Bind(after).Bind(limit);
        return await query.ReadAllAsync(Read);
    }

    /// <summary>Changes the name and keeps the slug. Returns false when the project does not exist.</summary>
    public static async ValueTask<bool> RenameAsync(Transaction transaction, string workspaceId, string id, string name)
    {
        await using var update = transaction.Prepare(
            "UPDATE projects SET name = $1 WHERE id = $2 AND workspace_id = $3 AND deleted_at IS NULL");
        return await update.Bind(name).Bind(id).Bind(workspaceId).ExecuteAsync() == 1;
    }

    /// <summary>Finds a project and locks its row for a change. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<ProjectRow?> LockAsync(Transaction transaction, string workspaceId, string id)
    {
        await using var query = transaction.Prepare(
            Columns + "WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL FOR UPDATE");
        return await query.Bind(id).Bind(workspaceId).ReadAsync() ? Read(query) : null;
    }

    /// <summary>
    /// Whether any environment of the project has a secret. The answer stays right while the project's KEKs are destroyed or
    /// locked, because no secret can be written then.
    /// </summary>
    public static async ValueTask<bool> HasSecretsAsync(Session session, string id)
    {
        await using var query = session.Prepare(
            "SELECT 1 FROM environments WHERE project_id = $1 AND deleted_at IS NULL AND secret_count > 0 LIMIT 1");
        return await query.Bind(id).ReadAsync();
    }

    /// <summary>
    /// Marks a project as deleted, so that no query finds it. <see cref="Purge"/> removes its rows later. Returns false when the
    /// project does not exist.
    /// </summary>
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
