using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// Versions of secrets. They never change once written (S12, S13), and are destroyed with their secret or one by one (S15).
/// </summary>
public static class VersionTable
{
    // These columns come from a LEFT JOIN, because a secret whose version was removed by tampering must not look absent. Its row
    // has an empty ciphertext and an empty wrapped key, which can't be opened, as after any tampering (S6).
    private const string SealedColumns = ", v.kek_id, v.wrapped_data_key, v.ciphertext, v.tag, e.require_reason";
    private const string SealedTables = SecretTable.Tables + " LEFT JOIN secret_versions v ON v.secret_id = s.id AND v.version = ";

    // A version without sealed content counts as destroyed only if the history says so. Otherwise its content was removed by
    // tampering, and the version must not look absent.
    internal const string Destroyed =
        "EXISTS (SELECT 1 FROM secret_changes d WHERE d.secret_id = v.secret_id AND d.destroyed = v.version)";

    private const string CurrentTags =
        SecretTable.Columns + ", s.current_version, v.tag, coalesce(length(v.ciphertext), 0)" + SealedTables + "s.current_version";

    // Rows without ciphertexts are small.
    private const int TagPageSize = 1_000;

    // Bounds the rows that ListSealedAsync reads beyond its limit of bytes.
    private const int PageSize = 200;

    private const string CurrentSealed =
        SecretTable.Columns + ", s.current_version" + SealedColumns + SealedTables + "s.current_version";

    /// <summary>
    /// Writes versions, all at one instant, and moves the pointers of their secrets to them (S12). The transaction has locked the
    /// environment's row.
    /// </summary>
    public static async ValueTask MintAsync(
        Transaction transaction, EnvironmentRow environment, IReadOnlyList<NewVersion> versions, long instant)
    {
        await SecretTable.MovePointersAsync(transaction, environment, versions, instant);
        await transaction.ExecuteManyAsync(
            """
            INSERT INTO secret_versions
                (secret_id, version, kek_id, wrapped_data_key, ciphertext, tag, kind, created_at, created_by, comment)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            versions,
            (insert, row) => insert.Bind(row.SecretId).Bind(row.Version).Bind(row.KekId).Bind(row.WrappedDataKey)
                .Bind(row.Ciphertext).Bind(row.Tag).Bind(row.Kind).Bind(instant).Bind(row.CreatedBy).Bind(row.Comment));
        await SecretChangeTable.InsertAsync(
            transaction, environment.Id, instant, [.. versions.Select(row => (row.SecretId, (int?)row.Version))]);
        transaction.StoredBytes.Add(environment.WorkspaceId, versions.Sum(row => row.StoredBytes));
    }

    /// <summary>Lists a secret's versions with numbers below <paramref name="below"/>, newest first.</summary>
    public static async ValueTask<List<VersionRow>> ListAsync(Session session, string secretId, int below, int limit)
    {
        await using var query = session.Prepare($"""
            SELECT v.version, v.kind, v.created_at, v.created_by, v.comment, CASE WHEN {Destroyed} THEN 1 ELSE 0 END,
                coalesce(length(v.ciphertext), 0)
            FROM secret_versions v WHERE v.secret_id = $1 AND v.version < $2 ORDER BY v.version DESC LIMIT $3
            """);
        return await query.Bind(secretId).Bind(below).Bind(limit).ReadAllAsync(static row => new VersionRow(
            row.GetInt32(0), row.GetText(1), row.GetInt64(2), row.GetText(3), row.GetTextOrNull(4),
            row.GetInt64(5) == 1, row.GetInt32(6)));
    }

    /// <summary>Reads the ciphertexts of a secret's versions, one after the other. Those without one any more are left out.</summary>
    /// <param name="session">The session.</param>
    /// <param name="secretId">The secret.</param>
    /// <param name="first">The first version.</param>
    /// <param name="last">The last version.</param>
    /// <param name="take">Takes the number and the ciphertext of a version.</param>
    public static async ValueTask ReadCiphertextsAsync(
        Session session, string secretId, int first, int last, Action<int, byte[]> take)
    {
        await using var query = session.Prepare("""
            SELECT version, ciphertext FROM secret_versions
            WHERE secret_id = $1 AND version >= $2 AND version <= $3 AND ciphertext IS NOT NULL
            """);
        query.Bind(secretId).Bind(first).Bind(last);
        while (await query.ReadAsync())
        {
            take(query.GetInt32(0), query.GetBlob(1));
        }
    }

    /// <summary>
    /// Finds a version; if <paramref name="version"/> is <c>null</c>, the current one. Returns <c>null</c> when there is none, or
    /// when it was destroyed.
    /// </summary>
    public static async ValueTask<SealedVersionRow?> FindSealedAsync(
        Session session, string workspaceId, string secretId, int? version)
    {
        if (version is null && session.KnownRows?.Find(secretId) is SealedVersionRow known && known.Secret.WorkspaceId == workspaceId)
        {
            return known;
        }

        await using var query = session.Prepare(
            SecretTable.Columns + ", coalesce($1, s.current_version)" + SealedColumns
            + SealedTables + "coalesce($1, s.current_version) WHERE s.id = $2 AND s.workspace_id = $3"
            + " AND (v.version IS NOT NULL OR coalesce($1, s.current_version) <= s.current_version)"
            + $" AND (v.kek_id IS NOT NULL OR NOT {Destroyed})" + SecretTable.Live);
        if (!await query.Bind(version).Bind(secretId).Bind(workspaceId).ReadAsync())
        {
            return null;
        }

        var row = ReadSealed(query);
        if (version is null)
        {
            session.KnownRows?.Add(secretId, row, row.MemoryBytes);
        }

        return row;
    }

    /// <summary>
    /// Lists the current versions of an environment, ordered by the bytes of their keys. Stops with the row whose ciphertext
    /// takes the total beyond <paramref name="maxBytes"/>.
    /// </summary>
    public static async ValueTask<List<SealedVersionRow>> ListSealedAsync(
        Session session, string environmentId, long maxBytes)
    {
        var rows = new List<SealedVersionRow>();
        long bytes = 0;
        bool isPageFull;
        do
        {
            var page = await ReadPageAsync(session, environmentId, rows.Count == 0 ? "" : rows[^1].Secret.Key);
            isPageFull = page.Count == PageSize;
            foreach (var row in page.TakeWhile(_ => bytes <= maxBytes))
            {
                bytes += row.Ciphertext.Length;
                rows.Add(row);
            }
        }
        while (isPageFull && bytes <= maxBytes);
        return rows;
    }

    /// <summary>Whether a secret has a version, and whether it was destroyed. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<bool?> IsDestroyedAsync(Session session, string secretId, int version)
    {
        await using var query = session.Prepare(
            $"SELECT CASE WHEN {Destroyed} THEN 1 ELSE 0 END FROM secret_versions v WHERE v.secret_id = $1 AND v.version = $2");
        return await query.Bind(secretId).Bind(version).ReadAsync() ? query.GetInt64(0) == 1 : null;
    }

    /// <summary>
    /// Destroys one version of a secret at an instant (S15). The version must not be the current one. The transaction has locked
    /// the environment's row.
    /// </summary>
    public static async ValueTask DestroyAsync(Transaction transaction, SecretRow secret, int version, string by, long instant)
    {
        await VersionPurge.DestroyAsync(transaction, secret.Id, version);
        await SecretChangeTable.InsertDestructionAsync(transaction, secret, instant, version, by);
    }

    /// <summary>Lists the tags of an environment's current versions, ordered by the bytes of their keys.</summary>
    public static async ValueTask<List<VersionTagRow>> ListTagsAsync(Session session, string environmentId)
    {
        var rows = new List<VersionTagRow>();
        int count;
        do
        {
            count = rows.Count;
            await using var query = session.Prepare(
                CurrentTags + " WHERE s.environment_id = $1 AND s.key > $2" + SecretTable.Live + " ORDER BY s.key LIMIT $3");
            query.Bind(environmentId).Bind(count == 0 ? "" : rows[^1].Secret.Key).Bind(TagPageSize);
            rows.AddRange(await query.ReadAllAsync(ReadTag));
        }
        while (rows.Count == count + TagPageSize);
        return rows;
    }

    /// <summary>Finds the tag of the current version of a key in an environment. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<VersionTagRow?> FindTagByKeyAsync(Session session, string environmentId, string key)
    {
        await using var query = session.Prepare(CurrentTags + " WHERE s.environment_id = $1 AND s.key = $2" + SecretTable.Live);
        return await query.Bind(environmentId).Bind(key).ReadAsync() ? ReadTag(query) : null;
    }

    private static async ValueTask<List<SealedVersionRow>> ReadPageAsync(
        Session session, string environmentId, string afterKey)
    {
        await using var query = session.Prepare(
            CurrentSealed + " WHERE s.environment_id = $1 AND s.key > $2" + SecretTable.Live + " ORDER BY s.key LIMIT $3");
        return await query.Bind(environmentId).Bind(afterKey).Bind(PageSize).ReadAllAsync(ReadSealed);
    }

    private static SealedVersionRow ReadSealed(Statement row) =>
        new(SecretTable.Read(row), row.GetInt32(10), row.GetTextOrNull(11) ?? "", row.GetBlob(12), row.GetBlob(13),
            row.GetBlob(14))
        {
            RequiresReason = row.GetInt64(15) != 0,
        };

    private static VersionTagRow ReadTag(Statement row) =>
        new(SecretTable.Read(row), row.GetInt32(10), row.GetBlob(11), row.GetInt32(12));
}
