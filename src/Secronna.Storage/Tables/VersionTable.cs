using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>Versions of secrets. They never change once written (S12, S13), and are destroyed with their secret (S15).</summary>
public static class VersionTable
{
    // These columns come from a LEFT JOIN, because a secret whose version was removed by tampering must not look absent. Its row
    // has an empty ciphertext and an empty wrapped key, which can't be opened, as after any tampering (S6).
    private const string SealedColumns = ", v.kek_id, v.wrapped_data_key, v.ciphertext";
    private const string SealedTables = SecretTable.Tables + " LEFT JOIN secret_versions v ON v.secret_id = s.id AND v.version = ";

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
                (secret_id, version, kek_id, wrapped_data_key, ciphertext, kind, created_at, created_by, comment)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            versions,
            (insert, row) => insert.Bind(row.SecretId).Bind(row.Version).Bind(row.KekId).Bind(row.WrappedDataKey)
                .Bind(row.Ciphertext).Bind(row.Kind).Bind(instant).Bind(row.CreatedBy).Bind(row.Comment));
        await SecretChangeTable.InsertAsync(
            transaction, environment.Id, instant, [.. versions.Select(row => (row.SecretId, (int?)row.Version))]);
        transaction.StoredBytes.Add(environment.WorkspaceId, versions.Sum(row => row.StoredBytes));
    }

    /// <summary>Lists a secret's versions with numbers below <paramref name="below"/>, newest first.</summary>
    public static async ValueTask<List<VersionRow>> ListAsync(Session session, string secretId, int below, int limit)
    {
        await using var query = session.Prepare("""
            SELECT version, kind, created_at, created_by, comment FROM secret_versions
            WHERE secret_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3
            """);
        return await query.Bind(secretId).Bind(below).Bind(limit).ReadAllAsync(static row => new VersionRow(
            row.GetInt32(0), row.GetText(1), row.GetInt64(2), row.GetText(3), row.GetTextOrNull(4)));
    }

    /// <summary>
    /// Finds a version; if <paramref name="version"/> is <c>null</c>, the current one. Returns <c>null</c> when there is none.
    /// </summary>
    public static async ValueTask<SealedVersionRow?> FindSealedAsync(
        Session session, string workspaceId, string secretId, int? version)
    {
        await using var query = session.Prepare(
            SecretTable.Columns + ", coalesce($1, s.current_version)" + SealedColumns
            + SealedTables + "coalesce($1, s.current_version) WHERE s.id = $2 AND s.workspace_id = $3"
            + " AND (v.version IS NOT NULL OR coalesce($1, s.current_version) <= s.current_version)" + SecretTable.Live);
        return await query.Bind(version).Bind(secretId).Bind(workspaceId).ReadAsync() ? ReadSealed(query) : null;
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

    /// <summary>Finds the current version of a key in an environment. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<SealedVersionRow?> FindSealedByKeyAsync(
        Session session, string environmentId, string key)
    {
        await using var query = session.Prepare(
            CurrentSealed + " WHERE s.environment_id = $1 AND s.key = $2" + SecretTable.Live);
        return await query.Bind(environmentId).Bind(key).ReadAsync() ? ReadSealed(query) : null;
    }

    private static async ValueTask<List<SealedVersionRow>> ReadPageAsync(
        Session session, string environmentId, string afterKey)
    {
        await using var query = session.Prepare(
            CurrentSealed + " WHERE s.environment_id = $1 AND s.key > $2" + SecretTable.Live + " ORDER BY s.key LIMIT $3");
        return await query.Bind(environmentId).Bind(afterKey).Bind(PageSize).ReadAllAsync(ReadSealed);
    }

    private static SealedVersionRow ReadSealed(Statement row) =>
        new(SecretTable.Read(row), row.GetInt32(10), row.GetTextOrNull(11) ?? "", row.GetBlob(12), row.GetBlob(13));
}
