using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>The wrapped data keys of versions, by the KEK that wraps them: columns of the table <c>secret_versions</c>.</summary>
public static class DataKeyTable
{
    /// <summary>Lists some of the data keys that a KEK wraps.</summary>
    public static async ValueTask<List<DataKeyRow>> ListUnderAsync(Session session, string kekId, int limit)
    {
        // During a rotation the planner's statistics are out of date, and the planner may believe that most rows match. With
        // "kek_id = $1" it would then read the table from its beginning for each page. A range that contains only this id, with
        // an order, makes the planner use the index. For the same reason, the inner query takes the page before the environments
        // are found.
        await using var query = session.Prepare("""
            SELECT v.secret_id, v.version, (SELECT s.environment_id FROM secrets s WHERE s.id = v.secret_id),
                (SELECT s.key FROM secrets s WHERE s.id = v.secret_id), v.wrapped_data_key
            FROM (SELECT secret_id, version, wrapped_data_key FROM secret_versions
                WHERE kek_id >= $1 AND kek_id <= $1 ORDER BY kek_id LIMIT $2) v
            """);
        query.Bind(kekId).Bind(limit);
        return await query.ReadAllAsync(static row => new DataKeyRow(
            new VersionId(row.GetText(0), row.GetInt32(1)), row.GetTextOrNull(2) ?? "", row.GetTextOrNull(3) ?? "", row.GetBlob(4)));
    }

    /// <summary>Counts the data keys that a KEK wraps. Stops counting at <paramref name="limit"/>.</summary>
    public static async ValueTask<long> CountUnderAsync(Session session, string kekId, int limit)
    {
        await using var query = session.Prepare("""
            SELECT count(*) FROM (
                SELECT 1 FROM secret_versions WHERE kek_id >= $1 AND kek_id <= $1 ORDER BY kek_id LIMIT $2) counted
            """);
        return await query.Bind(kekId).Bind(limit).ReadAsync() ? query.GetInt64(0) : 0;
    }

    /// <summary>Whether a KEK wraps any data key.</summary>
    public static async ValueTask<bool> HasAnyUnderAsync(Session session, string kekId)
    {
        await using var query = session.Prepare(
            "SELECT 1 FROM secret_versions WHERE kek_id >= $1 AND kek_id <= $1 ORDER BY kek_id LIMIT 1");
        return await query.Bind(kekId).ReadAsync();
    }

    /// <summary>
    /// Stores data keys that were wrapped again by another KEK (S9). The transaction must hold that KEK active. A data key that
    /// changed since it was read stays as it is: its secret was deleted, or another node wrapped it again.
    /// </summary>
    /// <returns>The number of data keys that were stored.</returns>
    public static ValueTask<int> RewrapAsync(
        Transaction transaction, string oldKekId, string newKekId, IReadOnlyList<RewrappedDataKey> keys) =>
        transaction.ExecuteManyAsync(
            """
            UPDATE secret_versions SET kek_id = $1, wrapped_data_key = $2 WHERE secret_id = $3 AND version = $4 AND kek_id = $5
              AND wrapped_data_key = $6
            """,
            keys,
            (update, key) => update.Bind(newKekId).Bind(key.WrappedDataKey).Bind(key.Id.SecretId).Bind(key.Id.Version)
                .Bind(oldKekId).Bind(key.Before));
}
