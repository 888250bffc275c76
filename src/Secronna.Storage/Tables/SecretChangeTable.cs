using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// The history of secrets: every version, every deletion and every destruction of a version, with its instant. Its rows never
/// change.
/// </summary>
public static class SecretChangeTable
{
    private const string Columns = """
        SELECT c.instant, c.secret_id, s.key, coalesce(c.destroyed, c.version), v.kind,
            coalesce(c.destroyed_by, v.created_by, s.deleted_by, ''), CASE WHEN c.destroyed IS NULL THEN v.comment END, c.destroyed
        FROM secret_changes c JOIN secrets s ON s.id = c.secret_id
        LEFT JOIN secret_versions v ON v.secret_id = c.secret_id AND v.version = coalesce(c.destroyed, c.version)
        """;

    /// <summary>Lists an environment's changes, newest first, starting after a position.</summary>
    public static async ValueTask<List<ChangeRow>> ListAsync(
        Session session, string environmentId, ChangePosition after, int limit)
    {
        await using var query = session.Prepare(Columns + """
             WHERE c.environment_id = $1 AND (c.instant, c.secret_id) < ($2, $3)
            ORDER BY c.instant DESC, c.secret_id DESC LIMIT $4
            """);
        return await query.Bind(environmentId).Bind(after.Instant).Bind(after.SecretId).Bind(limit).ReadAllAsync(Read);
    }

    /// <summary>Lists a secret's changes between two instants, both included, newest first.</summary>
    public static async ValueTask<List<ChangeRow>> ListOfSecretAsync(
        Session session, string secretId, long from, long to, int limit)
    {
        await using var query = session.Prepare(Columns + """
             WHERE c.secret_id = $1 AND c.instant >= $2 AND c.instant <= $3 ORDER BY c.instant DESC LIMIT $4
            """);
        return await query.Bind(secretId).Bind(from).Bind(to).Bind(limit).ReadAllAsync(Read);
    }

    /// <summary>Adds changes of one instant. A change without a version is a deletion.</summary>
    internal static async ValueTask InsertAsync(
        Transaction transaction, string environmentId, long instant, IReadOnlyList<(string SecretId, int? Version)> changes) =>
        await transaction.ExecuteManyAsync(
            "INSERT INTO secret_changes (environment_id, instant, secret_id, version) VALUES ($1, $2, $3, $4)",
            changes,
            (insert, change) => insert.Bind(environmentId).Bind(instant).Bind(change.SecretId).Bind(change.Version));

    /// <summary>
    /// Adds the destruction of one version. The row also names the current version, so that it stays the newest that an instant
    /// finds.
    /// </summary>
    internal static async ValueTask InsertDestructionAsync(
        Transaction transaction, SecretRow secret, long instant, int destroyed, string by)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO secret_changes (environment_id, instant, secret_id, version, destroyed, destroyed_by)
            VALUES ($1, $2, $3, $4, $5, $6)
            """);
        await insert.Bind(secret.EnvironmentId).Bind(instant).Bind(secret.Id).Bind(secret.CurrentVersion).Bind(destroyed).Bind(by)
            .ExecuteAsync();
    }

    private static ChangeRow Read(Statement row) => new(
        new ChangePosition(row.GetInt64(0), row.GetText(1)), row.GetText(2),
        row.IsNull(3) ? null : (row.GetInt32(3), row.GetTextOrNull(4) ?? ""), !row.IsNull(7), row.GetText(5), row.GetTextOrNull(6));
}
