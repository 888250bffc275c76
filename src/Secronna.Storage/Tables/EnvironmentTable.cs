using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>Environments. Every query is scoped by the workspace (S23).</summary>
public static class EnvironmentTable
{
    private const string Columns = """
        SELECT e.id, e.workspace_id, e.project_id, p.name, p.slug, e.name, e.slug, e.created_at, e.secret_count,
               e.changed_at, e.settled_to, e.require_reason
        FROM environments e JOIN projects p ON p.id = e.project_id
        """;

    private const string Live = " AND e.deleted_at IS NULL AND p.deleted_at IS NULL";

    /// <summary>Adds an environment to a project. Returns false when the project does not exist.</summary>
    /// <exception cref="UniqueViolationException">Another environment of the project has this slug.</exception>
    public static async ValueTask<bool> InsertAsync(Transaction transaction, EnvironmentRow row, string createdBy)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO environments (id, workspace_id, project_id, name, slug, created_at, created_by, changed_at)
            SELECT $1, p.workspace_id, p.id, $2, $3, $4, $5, now_us()
            FROM projects p WHERE p.id = $6 AND p.workspace_id = $7 AND p.deleted_at IS NULL FOR SHARE
            """);
        return await insert.Bind(row.Id).Bind(row.Name).Bind(row.Slug).Bind(row.CreatedAt).Bind(createdBy)
            .Bind(row.ProjectId).Bind(row.WorkspaceId).ExecuteAsync() == 1;
    }

    /// <summary>Finds an environment. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<EnvironmentRow?> FindAsync(Session session, string workspaceId, string id)
    {
        await using var query = session.Prepare(Columns + " WHERE e.id = $1 AND e.workspace_id = $2" + Live);
        return await query.Bind(id).Bind(workspaceId).ReadAsync() ? Read(query) : null;
    }

    /// <summary>Finds an environment and locks its row for a change. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<EnvironmentRow?> LockAsync(Transaction transaction, string workspaceId, string id)
    {
        await using (var query = transaction.Prepare(
            "SELECT 1 FROM environments WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL FOR UPDATE"))
        {
            await query.Bind(id).Bind(workspaceId).ReadAsync();
        }

        return await FindAsync(transaction, workspaceId, id);
    }

    /// <summary>Finds an environment by its slug and its project's slug. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<EnvironmentRow?> FindBySlugAsync(
        Session session, string workspaceId, string projectSlug, string slug)
    {
        await using var query = session.Prepare(
            Columns + " WHERE p.workspace_id = $1 AND p.slug = $2 AND e.slug = $3" + Live);
        return await query.Bind(workspaceId).Bind(projectSlug).Bind(slug).ReadAsync() ? Read(query) : null;
    }

    /// <summary>Lists the project's environments with ids after <paramref name="after"/>, oldest first.</summary>
    public static async ValueTask<List<EnvironmentRow>> ListAsync(
        Session session, string workspaceId, string projectId, string after, int limit)
    {
        await using var query = session.Prepare(
            Columns + " WHERE e.project_id = $1 AND e.id > $2 AND e.workspace_id = $3" + Live + " ORDER BY e.id LIMIT $4");
        query.Bind(projectId).Bind(after).Bind(workspaceId).Bind(limit);
        return await query.ReadAllAsync(Read);
    }

    /// <summary>
    /// Stores the name of <paramref name="row"/>, and whether reveals need a reason. The slug stays. The transaction has locked the
    /// row.
    /// </summary>
    public static async ValueTask UpdateAsync(Transaction transaction, EnvironmentRow row)
    {
        await using var update = transaction.Prepare("UPDATE environments SET name = $1, require_reason = $2 WHERE id = $3");
        await update.Bind(row.Name).Bind(row.RequiresReason ? 1 : 0).Bind(row.Id).ExecuteAsync();
    }

    /// <summary>
    /// Marks an environment as deleted, so that no query finds it. <see cref="Purge"/> removes its rows later. Returns false when
    /// the environment does not exist.
    /// </summary>
    public static async ValueTask<bool> MarkDeletedAsync(
        Transaction transaction, string workspaceId, string id, long now)
    {
        await using var update = transaction.Prepare(
            "UPDATE environments SET deleted_at = $1 WHERE id = $2 AND workspace_id = $3 AND deleted_at IS NULL");
        return await update.Bind(now).Bind(id).Bind(workspaceId).ExecuteAsync() == 1;
    }

    /// <summary>
    /// Locks the environment's row for a change of its secrets, and gives the change its instant. The instant is the time by the
    /// clock, but always later than the last change and later than every instant whose state was read. So an instant names one
    /// state. Returns <c>null</c> when the environment does not exist.
    /// </summary>
    public static async ValueTask<EnvironmentChange?> BeginChangeAsync(
        Transaction transaction, string workspaceId, string id)
    {
        // The subquery locks the row first. Without it, the update would read the clock before it waits for the row.
        await using var update = transaction.Prepare("""
            UPDATE environments
            SET changed_at = instant_after(CASE WHEN settled_to > changed_at THEN settled_to ELSE changed_at END)
            WHERE id = (SELECT id FROM environments WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL FOR UPDATE)
              AND deleted_at IS NULL
              AND EXISTS (SELECT 1 FROM projects p WHERE p.id = environments.project_id AND p.deleted_at IS NULL)
            RETURNING changed_at, now_us(), secret_count,
                (SELECT w.stored_bytes FROM workspaces w WHERE w.id = environments.workspace_id)
            """);
        return await update.Bind(id).Bind(workspaceId).ReadAsync()
            ? new EnvironmentChange(update.GetInt64(0), update.GetInt64(1), update.GetInt32(2)) { StoredBytes = update.GetInt64(3) }
            : null;
    }

    /// <summary>
    /// Makes the state at an instant final. Waits until changes that are under way have ended. Changes after that get later
    /// instants.
    /// </summary>
    public static async ValueTask SettleAsync(Transaction transaction, string id, long instant)
    {
        await using var update = transaction.Prepare(
            "UPDATE environments SET settled_to = $1 WHERE id = $2 AND settled_to < $1");
        await update.Bind(instant).Bind(id).ExecuteAsync();
    }

    /// <summary>Adds to the number of secrets. A negative <paramref name="added"/> counts secrets that were removed.</summary>
    public static async ValueTask AddToCountAsync(Transaction transaction, string id, int added)
    {
        await using var update = transaction.Prepare("UPDATE environments SET secret_count = secret_count + $1 WHERE id = $2");
        await update.Bind(added).Bind(id).ExecuteAsync();
    }

    private static EnvironmentRow Read(Statement row) =>
        new(row.GetText(0), row.GetText(1), row.GetText(2), row.GetText(3), row.GetText(4), row.GetText(5),
            row.GetText(6), row.GetInt64(7), row.GetInt32(8))
        {
            ChangedAt = row.GetInt64(9),
            SettledTo = row.GetInt64(10),
            RequiresReason = row.GetInt64(11) != 0,
        };
}
