using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>A version in a list of versions; not its value.</summary>
public sealed record VersionRow(int Version, string Kind, long CreatedAt, string CreatedBy, string? Comment);

/// <summary>A version with what is sealed of it.</summary>
public sealed record SealedVersionRow(
    SecretRow Secret, int Version, string KekId, byte[] WrappedDataKey, byte[] Ciphertext);

/// <summary>A version to mint; the first creates its secret.</summary>
public sealed record NewVersion(
    string SecretId, string Key, int Version, string KekId, byte[] WrappedDataKey, byte[] Ciphertext, string Kind, string CreatedBy,
    string? Comment);

/// <summary>A version by the secret's id and its number.</summary>
public readonly record struct VersionName(string SecretId, int Version);

/// <summary>A version's wrapped data key, and the environment that it is bound to beside its name.</summary>
public sealed record DataKeyRow(VersionName Name, string EnvironmentId, byte[] WrappedDataKey);

/// <summary>A data key wrapped anew.</summary>
/// <param name="Name">Its version.</param>
/// <param name="Before">How it was wrapped.</param>
/// <param name="WrappedDataKey">How it is wrapped now.</param>
public sealed record RewrappedDataKey(VersionName Name, byte[] Before, byte[] WrappedDataKey);

/// <summary>Versions: immutable once written (S12, S13), destroyed with their secret (S15).</summary>
public static class VersionTable
{
    // A live secret whose version or boxes are gone is not absent: its row comes with empty boxes, and opening them fails
    // as any tampering does (S6).
    private const string SealedColumns = ", v.kek_id, v.wrapped_data_key, v.ciphertext";
    private const string SealedTables = SecretTable.Tables + " LEFT JOIN secret_versions v ON v.secret_id = s.id AND v.version = ";

    // Of a list: what one look may fetch in vain.
    private const int PageSize = 200;

    private const string CurrentSealed =
        SecretTable.Columns + ", s.current_version" + SealedColumns + SealedTables + "s.current_version";

    /// <summary>
    /// Mints versions in an environment whose row the transaction holds, all at one instant, and moves their secrets'
    /// pointers to them (S12).
    /// </summary>
    public static async ValueTask MintAsync(
        Transaction transaction, EnvironmentRow environment, IReadOnlyList<NewVersion> versions, long instant)
    {
        await SecretTable.PointAsync(transaction, environment, versions, instant);
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
    }

    /// <summary>A secret's versions below this number, newest first.</summary>
    public static async ValueTask<List<VersionRow>> ListAsync(Session session, string secretId, int below, int limit)
    {
        await using var query = session.Prepare("""
            SELECT version, kind, created_at, created_by, comment FROM secret_versions
            WHERE secret_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3
            """);
        query.Bind(secretId).Bind(below).Bind(limit);
        var rows = new List<VersionRow>();
        while (await query.ReadAsync())
        {
            rows.Add(new VersionRow(
                query.GetInt32(0), query.GetText(1), query.GetInt64(2), query.GetText(3), query.GetTextOrNull(4)));
        }

        return rows;
    }

    /// <summary>The version, or without a number the current one; null when it is not there.</summary>
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
    /// The current versions of an environment, by their keys' bytes. Stops after so many bytes of
    /// ciphertext, with the row that passed them.
    /// </summary>
    public static async ValueTask<List<SealedVersionRow>> ListSealedAsync(
        Session session, string environmentId, long mostBytes)
    {
        var rows = new List<SealedVersionRow>();
        long bytes = 0;
        bool mayGoOn;
        do
        {
            var page = await ReadPageAsync(session, environmentId, rows.Count == 0 ? "" : rows[^1].Secret.Key);
            mayGoOn = page.Count == PageSize;
            foreach (var row in page.TakeWhile(_ => bytes <= mostBytes))
            {
                bytes += row.Ciphertext.Length;
                rows.Add(row);
            }
        }
        while (mayGoOn && bytes <= mostBytes);
        return rows;
    }

    /// <summary>The current version of a key in an environment, or null.</summary>
    public static async ValueTask<SealedVersionRow?> FindSealedByKeyAsync(
        Session session, string environmentId, string key)
    {
        await using var query = session.Prepare(
            CurrentSealed + " WHERE s.environment_id = $1 AND s.key = $2" + SecretTable.Live);
        return await query.Bind(environmentId).Bind(key).ReadAsync() ? ReadSealed(query) : null;
    }

    /// <summary>Some of the data keys that a KEK wraps.</summary>
    public static async ValueTask<List<DataKeyRow>> ListUnderAsync(Session session, string kekId, int limit)
    {
        // A range of one, in its order: a planner whose statistics lag behind a rotation would read the table from its beginning
        // for each page, if it took many rows for a match. The page first, and then where each belongs, for the same reason.
        await using var query = session.Prepare("""
            SELECT v.secret_id, v.version, (SELECT s.environment_id FROM secrets s WHERE s.id = v.secret_id), v.wrapped_data_key
            FROM (SELECT secret_id, version, wrapped_data_key FROM secret_versions
                WHERE kek_id >= $1 AND kek_id <= $1 ORDER BY kek_id LIMIT $2) v
            """);
        query.Bind(kekId).Bind(limit);
        var rows = new List<DataKeyRow>(limit);
        while (await query.ReadAsync())
        {
            rows.Add(new DataKeyRow(
                new VersionName(query.GetText(0), query.GetInt32(1)), query.GetTextOrNull(2) ?? "", query.GetBlob(3)));
        }

        return rows;
    }

    /// <summary>How many data keys a KEK wraps. Grows with the project.</summary>
    public static async ValueTask<long> CountUnderAsync(Session session, string kekId)
    {
        await using var query = session.Prepare("SELECT count(*) FROM secret_versions WHERE kek_id = $1");
        return await query.Bind(kekId).ReadAsync() ? query.GetInt64(0) : 0;
    }

    /// <summary>Whether any version refers to a KEK.</summary>
    public static async ValueTask<bool> AnyUnderAsync(Session session, string kekId)
    {
        await using var query = session.Prepare(
            "SELECT 1 FROM secret_versions WHERE kek_id >= $1 AND kek_id <= $1 ORDER BY kek_id LIMIT 1");
        return await query.Bind(kekId).ReadAsync();
    }

    /// <summary>
    /// Puts data keys under another KEK, which the transaction holds active (S9). One that is not under the old KEK any more,
    /// or is wrapped in another way by now, because its secret was deleted or another did it, stays as it is.
    /// </summary>
    /// <returns>How many were put there.</returns>
    public static ValueTask<int> RewrapAsync(
        Transaction transaction, string oldKekId, string newKekId, IReadOnlyList<RewrappedDataKey> keys) =>
        transaction.ExecuteManyAsync(
            """
            UPDATE secret_versions SET kek_id = $1, wrapped_data_key = $2 WHERE secret_id = $3 AND version = $4 AND kek_id = $5
              AND wrapped_data_key = $6
            """,
            keys,
            (statement, key) => statement.Bind(newKekId).Bind(key.WrappedDataKey).Bind(key.Name.SecretId).Bind(key.Name.Version).Bind(oldKekId).Bind(key.Before));

    private static async ValueTask<List<SealedVersionRow>> ReadPageAsync(
        Session session, string environmentId, string afterKey)
    {
        await using var query = session.Prepare(
            CurrentSealed + " WHERE s.environment_id = $1 AND s.key > $2" + SecretTable.Live + " ORDER BY s.key LIMIT $3");
        query.Bind(environmentId).Bind(afterKey).Bind(PageSize);
        var rows = new List<SealedVersionRow>(PageSize);
        while (await query.ReadAsync())
        {
            rows.Add(ReadSealed(query));
        }

        return rows;
    }

    private static SealedVersionRow ReadSealed(Statement row) =>
        new(SecretTable.Read(row), row.GetInt32(10), row.GetTextOrNull(11) ?? "", row.GetBlob(12), row.GetBlob(13));
}
