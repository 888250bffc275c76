using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// The secrets of an environment at an instant in the past (S14). After <see cref="EnvironmentTable.SettleAsync"/>, the result
/// for an instant is always the same, with one exception: of secrets that were deleted since, only the names are left, and so of versions that were destroyed since.
/// </summary>
public static class PastSecretTable
{
    /// <summary>
    /// Lists the secrets that existed at an instant, with keys from <paramref name="from"/> to before <paramref name="before"/>,
    /// ordered by the bytes of their keys. Each secret has the version that was current at the instant, and the time when that
    /// version was written. The version is 0 if its row is missing although the secret was not deleted.
    /// </summary>
    public static async ValueTask<List<SecretRow>> ListBetweenAsync(
        Session session, string environmentId, long instant, string from, string before, int limit)
    {
        await using var query = session.Prepare($"""
            SELECT s.id, s.workspace_id, e.project_id, s.environment_id, p.slug, e.slug, s.key, coalesce(v.version, 0),
                   s.created_at, coalesce(v.created_at, s.created_at), s.deleted_at, coalesce(length(v.ciphertext), 0),
                   v.tag, CASE WHEN {VersionTable.Destroyed} THEN 1 ELSE 0 END
            FROM secrets s
            JOIN environments e ON e.id = s.environment_id JOIN projects p ON p.id = e.project_id
            LEFT JOIN secret_versions v ON v.secret_id = s.id AND v.version = (
                SELECT c.version FROM secret_changes c WHERE c.secret_id = s.id AND c.instant <= $1
                ORDER BY c.instant DESC LIMIT 1)
            WHERE s.environment_id = $2 AND s.key >= $3 AND s.key < $4 AND s.created_at <= $1
              AND (s.deleted_at IS NULL OR s.deleted_at > $1) AND e.deleted_at IS NULL AND p.deleted_at IS NULL
            ORDER BY s.key LIMIT $5
            """);
        query.Bind(instant).Bind(environmentId).Bind(from).Bind(before).Bind(limit);
        return await query.ReadAllAsync(static row =>
            SecretTable.Read(row) with
            {
                IsDeletedSince = !row.IsNull(10),
                SealedBytes = row.GetInt32(11),
                Tag = row.GetBlob(12),
                IsDestroyed = row.GetInt64(13) == 1,
            });
    }

    /// <summary>
    /// Lists the secrets that exist or existed, with keys before <paramref name="before"/>, ordered by the bytes of their keys
    /// and then by age. The list starts after <paramref name="after"/>.
    /// </summary>
    public static async ValueTask<List<SecretLifetimeRow>> ListWithDeletedAsync(
        Session session, string environmentId, string before, SecretLifetimeRow after, int limit)
    {
        await using var query = session.Prepare("""
            SELECT s.id, s.key, s.created_at, coalesce(s.deleted_at, (
                SELECT max(c.instant) FROM secret_changes c WHERE c.secret_id = s.id), s.updated_at)
            FROM secrets s
            WHERE s.environment_id = $1 AND (s.key, s.created_at) > ($2, $3) AND s.key < $4 ORDER BY s.key, s.created_at LIMIT $5
            """);
        query.Bind(environmentId).Bind(after.Key).Bind(after.CreatedAt).Bind(before).Bind(limit);
        return await query.ReadAllAsync(static row =>
            new SecretLifetimeRow(row.GetText(0), row.GetText(1), row.GetInt64(2), row.GetInt64(3)));
    }
}
