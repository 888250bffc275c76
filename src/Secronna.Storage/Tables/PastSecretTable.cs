using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// The secrets of an environment as they stood at an instant (S14). What is read is the same whenever it is asked for once
/// <see cref="EnvironmentTable.SettleAsync"/> was there; of what was deleted since, the names are left.
/// </summary>
public static class PastSecretTable
{
    /// <summary>
    /// The secrets that were there at an instant, from one key on and before another, by their keys' bytes: with the version
    /// that was current then, and when it was written. One whose version is gone without its deletion comes with version 0,
    /// which is none.
    /// </summary>
    public static async ValueTask<List<SecretRow>> ListBetweenAsync(
        Session session, string environmentId, long instant, string from, string before, int limit)
    {
        await using var query = session.Prepare("""
            SELECT s.id, s.workspace_id, e.project_id, s.environment_id, p.slug, e.slug, s.key, coalesce(v.version, 0),
                   s.created_at, coalesce(v.created_at, s.created_at), s.deleted_at, coalesce(length(v.ciphertext), 0)
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
        var rows = new List<SecretRow>();
        while (await query.ReadAsync())
        {
            rows.Add(SecretTable.Read(query) with { IsDeletedSince = !query.IsNull(10), SealedBytes = query.GetInt32(11) });
        }

        return rows;
    }

    /// <summary>
    /// The secrets that there ever were under keys from one on and before another, by their keys' bytes, the older first,
    /// after a position in that order.
    /// </summary>
    public static async ValueTask<List<EverSecretRow>> ListEverAsync(
        Session session, string environmentId, string before, EverSecretRow after, int limit)
    {
        await using var query = session.Prepare("""
            SELECT id, key, created_at, coalesce(deleted_at, updated_at) FROM secrets
            WHERE environment_id = $1 AND (key, created_at) > ($2, $3) AND key < $4 ORDER BY key, created_at LIMIT $5
            """);
        query.Bind(environmentId).Bind(after.Key).Bind(after.CreatedAt).Bind(before).Bind(limit);
        var rows = new List<EverSecretRow>();
        while (await query.ReadAsync())
        {
            rows.Add(new EverSecretRow(query.GetText(0), query.GetText(1), query.GetInt64(2), query.GetInt64(3)));
        }

        return rows;
    }
}

/// <summary>A secret that is there or was once.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Key">Its key; others may have had it before or after.</param>
/// <param name="CreatedAt">When its first version was minted.</param>
/// <param name="ChangedAt">When it last changed, or was deleted.</param>
public sealed record EverSecretRow(string Id, string Key, long CreatedAt, long ChangedAt)
{
    /// <summary>Before all secrets of a key.</summary>
    public static EverSecretRow Before(string key) => new("", key, long.MinValue, 0);
}
