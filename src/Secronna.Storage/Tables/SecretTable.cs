using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>Secrets: keys and pointers to their current versions. Every query is scoped by the workspace (S23).</summary>
public static class SecretTable
{
    // project_id comes from the environment's row, not from the secret's row. If someone moves an environment to another project,
    // its values do not open there (S6).
    internal const string Columns = """
        SELECT s.id, s.workspace_id, e.project_id, s.environment_id, p.slug, e.slug, s.key, s.current_version,
               s.created_at, s.updated_at
        """;

    internal const string Tables = """
         FROM secrets s
         JOIN environments e ON e.id = s.environment_id JOIN projects p ON p.id = e.project_id
        """;

    private const int KeysPerStatement = 500;

    // No key is empty, so an unused parameter is bound to an empty text and finds nothing.
    private static readonly string ExistingKeys = $"""
        SELECT key, id, current_version FROM secrets
        WHERE environment_id = $1 AND deleted_at IS NULL AND key IN ({string.Join(", ", Enumerable.Range(2, KeysPerStatement).Select(number => $"${number}"))})
        ORDER BY key
        """;

    private static readonly string KeptSecrets = $"""
        SELECT s.id FROM secrets s JOIN environments e ON e.id = s.environment_id JOIN projects p ON p.id = e.project_id
        WHERE s.workspace_id = $1 AND e.deleted_at IS NULL AND p.deleted_at IS NULL AND s.id IN ({SecretReadTable.IdParameters(from: 2)})
        """;

    internal const string Live = " AND s.deleted_at IS NULL AND e.deleted_at IS NULL AND p.deleted_at IS NULL";

    /// <summary>Finds a secret. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<SecretRow?> FindAsync(Session session, string workspaceId, string id)
    {
        await using var query = session.Prepare(Columns + Tables + " WHERE s.id = $1 AND s.workspace_id = $2" + Live);
        return await query.Bind(id).Bind(workspaceId).ReadAsync() ? Read(query) : null;
    }

    /// <summary>Finds a secret by its path. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<SecretRow?> FindByPathAsync(
        Session session, string workspaceId, string projectSlug, string environmentSlug, string key)
    {
        await using var query = session.Prepare(
            Columns + Tables + " WHERE p.workspace_id = $1 AND p.slug = $2 AND e.slug = $3 AND s.key = $4" + Live);
        return await query.Bind(workspaceId).Bind(projectSlug).Bind(environmentSlug).Bind(key).ReadAsync()
            ? Read(query)
            : null;
    }

    /// <summary>
    /// Lists the environment's secrets with keys after <paramref name="afterKey"/>, ordered by the bytes of their keys.
    /// </summary>
    public static async ValueTask<List<SecretRow>> ListAsync(
        Session session, string environmentId, string afterKey, int limit)
    {
        await using var query = session.Prepare(
            Columns + Tables + " WHERE s.environment_id = $1 AND s.key > $2" + Live + " ORDER BY s.key LIMIT $3");
        query.Bind(environmentId).Bind(afterKey).Bind(limit);
        return await query.ReadAllAsync(Read);
    }

    /// <summary>
    /// Lists the environment's secrets with keys from <paramref name="from"/> to before <paramref name="before"/>, ordered by the
    /// bytes of their keys.
    /// </summary>
    public static async ValueTask<List<SecretRow>> ListBetweenAsync(
        Session session, string environmentId, string from, string before, int limit)
    {
        await using var query = session.Prepare(
            Columns + Tables + " WHERE s.environment_id = $1 AND s.key >= $2 AND s.key < $3" + Live + " ORDER BY s.key LIMIT $4");
        return await query.Bind(environmentId).Bind(from).Bind(before).Bind(limit).ReadAllAsync(Read);
    }

    /// <summary>
    /// Lists the workspace's secrets with ids after <paramref name="after"/>, ordered by id. The search reads them page by page.
    /// Secrets of a deleted environment or project are listed too, so that the number of rows read is the number of rows given.
    /// </summary>
    public static async ValueTask<List<(SecretRow Secret, bool IsLive)>> ScanAsync(
        Session session, string workspaceId, string after, int limit)
    {
        await using var query = session.Prepare(
            Columns + ", coalesce(e.deleted_at, p.deleted_at)" + Tables
            + " WHERE s.workspace_id = $1 AND s.id > $2 AND s.deleted_at IS NULL ORDER BY s.id LIMIT $3");
        query.Bind(workspaceId).Bind(after).Bind(limit);
        return await query.ReadAllAsync(static row => (Read(row), row.IsNull(10)));
    }

    /// <summary>The secrets among these, deleted ones included, whose environment and project are not deleted.</summary>
    public static async ValueTask<HashSet<string>> FindKeptAsync(Session session, string workspaceId, IEnumerable<string> ids)
    {
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chunk in ids.Chunk(SecretReadTable.IdsPerStatement))
        {
            await using var query = session.Prepare(KeptSecrets);
            SecretReadTable.BindIds(query.Bind(workspaceId), chunk);
            kept.UnionWith(await query.ReadAllAsync(static row => row.GetText(0)));
        }

        return kept;
    }

    /// <summary>
    /// Finds the id and the current version of a key in an environment. Returns <c>null</c> when there is none.
    /// </summary>
    public static async ValueTask<(string Id, int CurrentVersion)?> FindCurrentAsync(
        Session session, string environmentId, string key)
    {
        await using var query = session.Prepare(
            "SELECT id, current_version FROM secrets WHERE environment_id = $1 AND key = $2 AND deleted_at IS NULL");
        return await query.Bind(environmentId).Bind(key).ReadAsync() ? (query.GetText(0), query.GetInt32(1)) : null;
    }

    /// <summary>
    /// The keys among these that an environment has, ordered by their bytes. The statements look up the same number of keys
    /// whether the environment exists or not.
    /// </summary>
    public static async ValueTask<List<string>> ListExistingKeysAsync(
        Session session, string environmentId, IEnumerable<string> keys) =>
        [.. (await ListCurrentAsync(session, environmentId, keys)).Select(row => row.Key)];

    /// <summary>Finds the ids and the current versions of keys in an environment, for each key as <see cref="FindCurrentAsync"/>.</summary>
    /// <returns>One entry for each key, in the order of the keys; <c>null</c> where there is no such key.</returns>
    public static async ValueTask<List<(string Id, int CurrentVersion)?>> FindCurrentsAsync(
        Session session, string environmentId, IReadOnlyList<string> keys)
    {
        if (keys is [var only])
        {
            return [await FindCurrentAsync(session, environmentId, only)];
        }

        var found = (await ListCurrentAsync(session, environmentId, keys)).ToDictionary(row => row.Key, StringComparer.Ordinal);
        return
        [
            .. keys.Select(key => found.TryGetValue(key, out var row) ? (row.Id, row.CurrentVersion) : ((string, int)?)null),
        ];
    }

    private static async ValueTask<List<(string Key, string Id, int CurrentVersion)>> ListCurrentAsync(
        Session session, string environmentId, IEnumerable<string> keys)
    {
        var found = new List<(string Key, string Id, int CurrentVersion)>();
        foreach (var chunk in keys.Order(StringComparer.Ordinal).Chunk(KeysPerStatement))
        {
            await using var query = session.Prepare(ExistingKeys);
            query.Bind(environmentId);
            for (var i = 0; i < KeysPerStatement; i++)
            {
                query.Bind(i < chunk.Length ? chunk[i] : "");
            }

            found.AddRange(await query.ReadAllAsync(static row => (row.GetText(0), row.GetText(1), row.GetInt32(2))));
        }

        return found;
    }

    /// <summary>
    /// Turns secrets into tombstones at an instant (S15). The transaction has locked the environment's row.
    /// <see cref="Purge.DestroyVersionsAsync"/> destroys their versions.
    /// </summary>
    /// <exception cref="InvalidOperationException">One of the secrets does not exist.</exception>
    public static async ValueTask MarkDeletedAsync(
        Transaction transaction, string environmentId, IReadOnlyList<string> ids, string by, long instant)
    {
        var deleted = await transaction.ExecuteManyAsync(
            $"UPDATE secrets SET deleted_at = $1, deleted_by = $2, lifetime_node = ({LifetimeTree.NodeSql}) WHERE id = $3 AND deleted_at IS NULL",
            ids, (update, id) => update.Bind(instant).Bind(by).Bind(id));
        if (deleted != ids.Count)
        {
            throw new InvalidOperationException("a secret to delete does not exist");
        }

        await SecretChangeTable.InsertAsync(transaction, environmentId, instant, [.. ids.Select(id => (id, (int?)null))]);
        await EnvironmentTable.AddToCountAsync(transaction, environmentId, -ids.Count);
    }

    /// <summary>Moves the pointers of secrets to new versions. A first version creates its secret.</summary>
    internal static async ValueTask MovePointersAsync(
        Transaction transaction, EnvironmentRow environment, IReadOnlyList<NewVersion> versions, long instant)
    {
        var added = versions.Where(row => row.Version == 1).ToList();
        await transaction.ExecuteManyAsync(
            """
            INSERT INTO secrets (id, workspace_id, project_id, environment_id, key, current_version, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, 1, $6, $6)
            """,
            added,
            (insert, row) => insert.Bind(row.SecretId).Bind(environment.WorkspaceId).Bind(environment.ProjectId)
                .Bind(environment.Id).Bind(row.Key).Bind(instant));
        await transaction.ExecuteManyAsync(
            "UPDATE secrets SET current_version = $1, updated_at = $2 WHERE id = $3 AND deleted_at IS NULL",
            [.. versions.Where(row => row.Version > 1)],
            (update, row) => update.Bind(row.Version).Bind(instant).Bind(row.SecretId));
        if (added.Count > 0)
        {
            await EnvironmentTable.AddToCountAsync(transaction, environment.Id, added.Count);
        }
    }

    internal static SecretRow Read(Statement row) =>
        new(row.GetText(0), row.GetText(1), row.GetText(2), row.GetText(3), row.GetText(4), row.GetText(5),
            row.GetText(6), row.GetInt32(7), row.GetInt64(8), row.GetInt64(9));
}
