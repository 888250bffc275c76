using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>Where a change stands in an environment's history.</summary>
/// <param name="Instant">When it was.</param>
/// <param name="SecretId">Which of the secrets that changed then.</param>
public readonly record struct ChangePosition(long Instant, string SecretId)
{
    /// <summary>Before any change that there may be, going back.</summary>
    public static ChangePosition Latest { get; } = new(long.MaxValue, "");
}

/// <summary>A change of a secret.</summary>
/// <param name="Position">When it was, and of which secret.</param>
/// <param name="Key">The secret's key.</param>
/// <param name="Version">The version that was minted, and how; null of a deletion.</param>
/// <param name="By">Who made it.</param>
/// <param name="Comment">What was said of the version.</param>
public sealed record ChangeRow(
    ChangePosition Position, string Key, (int Number, string Kind)? Version, string By, string? Comment);

/// <summary>What happened to secrets when. Nothing of it changes once it is there.</summary>
public static class SecretChangeTable
{
    private const string Columns = """
        SELECT c.instant, c.secret_id, s.key, c.version, v.kind, coalesce(v.created_by, s.deleted_by, ''), v.comment
        FROM secret_changes c JOIN secrets s ON s.id = c.secret_id
        LEFT JOIN secret_versions v ON v.secret_id = c.secret_id AND v.version = c.version
        """;

    /// <summary>An environment's changes that come after a position, newest first.</summary>
    public static async ValueTask<List<ChangeRow>> ListAsync(
        Session session, string environmentId, ChangePosition after, int limit)
    {
        await using var query = session.Prepare(Columns + """
             WHERE c.environment_id = $1 AND (c.instant, c.secret_id) < ($2, $3)
            ORDER BY c.instant DESC, c.secret_id DESC LIMIT $4
            """);
        return await ReadAllAsync(query.Bind(environmentId).Bind(after.Instant).Bind(after.SecretId).Bind(limit));
    }

    /// <summary>A secret's changes from one instant to another, both included, newest first.</summary>
    public static async ValueTask<List<ChangeRow>> ListOfSecretAsync(
        Session session, string secretId, long from, long to, int limit)
    {
        await using var query = session.Prepare(Columns + """
             WHERE c.secret_id = $1 AND c.instant >= $2 AND c.instant <= $3 ORDER BY c.instant DESC LIMIT $4
            """);
        return await ReadAllAsync(query.Bind(secretId).Bind(from).Bind(to).Bind(limit));
    }

    internal static async ValueTask InsertAsync(
        Transaction transaction, string environmentId, long instant, IReadOnlyList<(string SecretId, int? Version)> changes) =>
        await transaction.ExecuteManyAsync(
            "INSERT INTO secret_changes (environment_id, instant, secret_id, version) VALUES ($1, $2, $3, $4)",
            changes,
            (insert, change) => insert.Bind(environmentId).Bind(instant).Bind(change.SecretId).Bind(change.Version));

    private static async ValueTask<List<ChangeRow>> ReadAllAsync(Statement query)
    {
        var rows = new List<ChangeRow>();
        while (await query.ReadAsync())
        {
            rows.Add(new ChangeRow(
                new ChangePosition(query.GetInt64(0), query.GetText(1)), query.GetText(2),
                query.IsNull(3) ? null : (query.GetInt32(3), query.GetTextOrNull(4) ?? ""), query.GetText(5),
                query.GetTextOrNull(6)));
        }

        return rows;
    }
}
