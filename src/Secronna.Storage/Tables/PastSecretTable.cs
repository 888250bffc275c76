using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// The secrets of an environment at an instant in the past (S14). After <see cref="EnvironmentTable.SettleAsync"/>, the result
/// for an instant is always the same, with one exception: of secrets that were deleted since, and of versions that were destroyed
/// since, only the names are left. However many secrets were deleted, a query reads about as many rows as it gives.
/// </summary>
public static class PastSecretTable
{
    private const string Version = """
        (SELECT c.version FROM secret_changes c WHERE c.secret_id = s.id AND c.instant <= $1 ORDER BY c.instant DESC LIMIT 1)
        """;

    private const string OfVersion = $"FROM secret_versions v WHERE v.secret_id = s.id AND v.version = {Version}";

    // The version that was current at the instant $1, the time when it was written, the length and the tag of its ciphertext, and
    // whether it was destroyed. They are subqueries, because PostgreSQL may read a joined table as a whole.
    private const string Columns = $"""
        SELECT s.id, s.key, s.created_at, s.deleted_at, coalesce({Version}, 0),
            coalesce((SELECT v.created_at {OfVersion}), s.created_at), coalesce((SELECT length(v.ciphertext) {OfVersion}), 0),
            (SELECT v.tag {OfVersion}),
            CASE WHEN EXISTS (SELECT 1 FROM secret_changes d WHERE d.secret_id = s.id AND d.destroyed = {Version}) THEN 1 ELSE 0 END
        """;

    private const int PageSize = 500;

    /// <summary>Lists the secrets that existed at an instant, ordered by the bytes of their keys.</summary>
    public static async ValueTask<List<SecretRow>> ListAsync(Session session, EnvironmentRow environment, long instant)
    {
        var rows = new List<SecretRow>();
        List<SecretRow> page;
        do
        {
            page = await ListPresentAsync(session, environment, instant, rows.Count == 0 ? "" : rows[^1].Key);
            rows.AddRange(page);
        }
        while (page.Count == PageSize);

        foreach (var node in LifetimeTree.NodesAround(instant))
        {
            rows.AddRange(await ListOfNodeAsync(session, environment, instant, node));
        }

        return [.. rows.OrderBy(row => row.Key, StringComparer.Ordinal)];
    }

    /// <summary>Finds the secret that had a key at an instant. Returns <c>null</c> when there was none.</summary>
    public static async ValueTask<SecretRow?> FindAsync(Session session, EnvironmentRow environment, long instant, string key)
    {
        // The lifetimes of a key's secrets don't overlap, so only the last one that began by then can hold the instant.
        await using var query = session.Prepare(
            Columns + " FROM (SELECT id, key, created_at, deleted_at FROM secrets"
            + " WHERE created_at <= $1 AND environment_id = $2 AND key = $3 ORDER BY created_at DESC LIMIT 1) s");
        query.Bind(instant).Bind(environment.Id).Bind(key);
        return await query.ReadAsync() && LivedAt(query, instant) ? Read(query, environment) : null;
    }

    /// <summary>
    /// Lists the keys from <paramref name="from"/> to before <paramref name="before"/> that secrets have or had, each once,
    /// ordered by their bytes.
    /// </summary>
    public static async ValueTask<List<string>> ListKeysAsync(
        Session session, string environmentId, string from, string before, int limit)
    {
        // Jumps from key to key, because a key may have had any number of secrets.
        await using var query = session.Prepare("""
            WITH RECURSIVE keys (key, number) AS (
                SELECT (SELECT min(s.key) FROM secrets s WHERE s.environment_id = $1 AND s.key >= $2 AND s.key < $3), 1
                UNION ALL
                SELECT (SELECT min(s.key) FROM secrets s WHERE s.environment_id = $1 AND s.key > k.key AND s.key < $3), k.number + 1
                FROM keys k WHERE k.key IS NOT NULL AND k.number < $4)
            SELECT key FROM keys WHERE key IS NOT NULL ORDER BY number
            """);
        query.Bind(environmentId).Bind(from).Bind(before).Bind(limit);
        return await query.ReadAllAsync(static row => row.GetText(0));
    }

    /// <summary>
    /// Lists the secrets that exist or existed, with keys from <paramref name="from"/> to before <paramref name="before"/>.
    /// </summary>
    public static async ValueTask<List<SecretLifetimeRow>> ListWithDeletedAsync(
        Session session, string environmentId, string from, string before, int limit)
    {
        await using var query = session.Prepare("""
            SELECT s.id, s.key, s.created_at, coalesce(s.deleted_at, (
                SELECT max(c.instant) FROM secret_changes c WHERE c.secret_id = s.id), s.updated_at)
            FROM secrets s
            WHERE s.environment_id = $1 AND s.key >= $2 AND s.key < $3 ORDER BY s.key, s.created_at LIMIT $4
            """);
        query.Bind(environmentId).Bind(from).Bind(before).Bind(limit);
        return await query.ReadAllAsync(static row =>
            new SecretLifetimeRow(row.GetText(0), row.GetText(1), row.GetInt64(2), row.GetInt64(3)));
    }

    // Secrets that existed at the instant and still exist. An order and a limit make PostgreSQL use the index.
    private static async ValueTask<List<SecretRow>> ListPresentAsync(
        Session session, EnvironmentRow environment, long instant, string afterKey)
    {
        await using var query = session.Prepare(Columns + """
             FROM secrets s WHERE s.environment_id = $2 AND s.key > $3 AND s.deleted_at IS NULL AND s.created_at <= $1
            ORDER BY s.key LIMIT $4
            """);
        query.Bind(instant).Bind(environment.Id).Bind(afterKey).Bind(PageSize);
        return await query.ReadAllAsync(row => Read(row, environment));
    }

    // A lifetime of a node at or before the instant began by then, and one of a node after the instant ends after it. The other
    // end is a bound in an index.
    private static async ValueTask<List<SecretRow>> ListOfNodeAsync(
        Session session, EnvironmentRow environment, long instant, long node)
    {
        await using var query = session.Prepare(node <= instant
            ? Columns + """
                 FROM secrets s WHERE s.environment_id = $2 AND s.lifetime_node = $3 AND s.deleted_at IS NOT NULL AND s.deleted_at > $1
                """
            : Columns + """
                 FROM secrets s WHERE s.environment_id = $2 AND s.lifetime_node = $3 AND s.deleted_at IS NOT NULL AND s.created_at <= $1
                """);
        query.Bind(instant).Bind(environment.Id).Bind(node);
        return await query.ReadAllAsync(row => Read(row, environment));
    }

    private static bool LivedAt(Statement row, long instant) => row.IsNull(3) || row.GetInt64(3) > instant;

    private static SecretRow Read(Statement row, EnvironmentRow environment) => new(
        row.GetText(0), environment.WorkspaceId, environment.ProjectId, environment.Id, environment.ProjectSlug, environment.Slug,
        row.GetText(1), row.GetInt32(4), row.GetInt64(2), row.GetInt64(5))
    {
        IsDeletedSince = !row.IsNull(3),
        SealedBytes = row.GetInt32(6),
        Tag = row.GetBlobOrNull(7) ?? [],
        IsDestroyed = row.GetInt64(8) == 1,
    };
}
