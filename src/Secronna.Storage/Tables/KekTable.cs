using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>KEKs: the table <c>project_keys</c>.</summary>
public static class KekTable
{
    private const string Columns = """
        SELECT k.id, p.workspace_id, k.project_id, k.master_key_id, k.wrapped_key, k.state, k.wraps, k.created_at
        FROM project_keys k JOIN projects p ON p.id = k.project_id
        """;

    /// <summary>
    /// As SQL: the number of reserved wraps at which a KEK counts as worn, so that <see cref="ListWornAsync"/> lists it. It is a
    /// literal and not a parameter, because a query can use the partial index <c>project_keys_worn</c> only if it repeats the
    /// index's condition. A test compares it with the policy of Secronna.Crypto and with the index.
    /// </summary>
    internal const string WornWraps = "536870912";

    /// <summary>
    /// Adds an active KEK. Returns false when the KEK's master key is no longer the active one. The caller then wraps the KEK
    /// again (S8).
    /// </summary>
    /// <exception cref="UniqueViolationException">The project has an active KEK.</exception>
    public static async ValueTask<bool> InsertAsync(Transaction transaction, KekRow row)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO project_keys (id, project_id, master_key_id, wrapped_key, state, wraps, created_at)
            SELECT $1, $2, $3, $4, $5, $6, $7 FROM installation i WHERE i.id = 1 AND i.active_master_key_id = $3 FOR KEY SHARE
            """);
        return await insert.Bind(row.Id).Bind(row.ProjectId).Bind(row.MasterKeyId).Bind(row.WrappedKey).Bind(row.State)
            .Bind(row.Wraps).Bind(row.CreatedAt).ExecuteAsync() == 1;
    }

    /// <summary>Finds a KEK. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<KekRow?> FindAsync(Session session, string id)
    {
        await using var query = session.Prepare(Columns + " WHERE k.id = $1");
        return await query.Bind(id).ReadAsync() ? Read(query) : null;
    }

    /// <summary>Finds the project's active KEK. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<KekRow?> FindActiveAsync(Session session, string projectId)
    {
        await using var query = session.Prepare(Columns + " WHERE k.project_id = $1 AND k.state = 'active'");
        return await query.Bind(projectId).ReadAsync() ? Read(query) : null;
    }

    /// <summary>Lists the project's KEKs with ids after <paramref name="after"/>, oldest first.</summary>
    public static async ValueTask<List<KekRow>> ListAsync(Session session, string projectId, string after, int limit)
    {
        await using var query = session.Prepare(Columns + " WHERE k.project_id = $1 AND k.id > $2 ORDER BY k.id LIMIT $3");
        return await ReadAllAsync(query.Bind(projectId).Bind(after).Bind(limit));
    }

    /// <summary>Lists the retiring KEKs of all projects with ids after <paramref name="after"/>.</summary>
    public static async ValueTask<List<KekRow>> ListRetiringAsync(Session session, string after, int limit)
    {
        await using var query = session.Prepare(Columns + " WHERE k.state = 'retiring' AND k.id > $1 ORDER BY k.id LIMIT $2");
        return await ReadAllAsync(query.Bind(after).Bind(limit));
    }

    /// <summary>Lists the active KEKs that were created before a time, oldest first.</summary>
    public static async ValueTask<List<KekRow>> ListOlderAsync(Session session, long createdBefore, int limit)
    {
        await using var query = session.Prepare(
            Columns + " WHERE k.state = 'active' AND k.created_at < $1 AND p.deleted_at IS NULL ORDER BY k.created_at LIMIT $2");
        return await ReadAllAsync(query.Bind(createdBefore).Bind(limit));
    }

    /// <summary>Lists the active KEKs that have <see cref="WornWraps"/> reserved wraps or more, the most used first.</summary>
    public static async ValueTask<List<KekRow>> ListWornAsync(Session session, int limit)
    {
        await using var query = session.Prepare(
            Columns + $" WHERE k.state = 'active' AND k.wraps >= {WornWraps} AND p.deleted_at IS NULL ORDER BY k.wraps DESC LIMIT $1");
        return await ReadAllAsync(query.Bind(limit));
    }

    /// <summary>
    /// Lists the KEKs that a master key wraps, with ids after <paramref name="after"/>, without destroyed ones.
    /// </summary>
    public static async ValueTask<List<KekRow>> ListUnderAsync(Session session, string masterKeyId, string after, int limit)
    {
        await using var query = session.Prepare(
            Columns + " WHERE k.master_key_id = $1 AND k.id > $2 AND k.state <> 'destroyed' ORDER BY k.id LIMIT $3");
        return await ReadAllAsync(query.Bind(masterKeyId).Bind(after).Bind(limit));
    }

    /// <summary>Counts the KEKs that a master key wraps, without destroyed ones.</summary>
    public static async ValueTask<long> CountUnderAsync(Session session, string masterKeyId)
    {
        await using var query = session.Prepare(
            "SELECT count(*) FROM project_keys WHERE master_key_id = $1 AND state <> 'destroyed'");
        return await query.Bind(masterKeyId).ReadAsync() ? query.GetInt64(0) : 0;
    }

    /// <summary>
    /// Lists one KEK for each master key that wraps KEKs. A server unwraps these KEKs at its start, to check its master keys
    /// (S11).
    /// </summary>
    public static async ValueTask<List<KekRow>> ListOnePerMasterKeyAsync(Session session)
    {
        var rows = new List<KekRow>();
        var after = "";
        while (await FindOfNextMasterKeyAsync(session, after) is { } row)
        {
            rows.Add(row);
            after = row.MasterKeyId;
        }

        return rows;
    }

    /// <summary>
    /// Reserves wraps of an active KEK before they are made (S7). The KEK stays active until the transaction has ended.
    /// </summary>
    /// <param name="transaction">The transaction that the reservation is part of.</param>
    /// <param name="id">The id of the KEK.</param>
    /// <param name="count">The number of wraps to reserve.</param>
    /// <param name="reservableBelow">The wraps are reserved only if the KEK has fewer reserved wraps than this.</param>
    /// <returns>
    /// False if nothing was reserved: the KEK is not active, has <paramref name="reservableBelow"/> reserved wraps or more, or
    /// has a negative number of reserved wraps, which is impossible.
    /// </returns>
    public static async ValueTask<bool> ReserveWrapsAsync(Transaction transaction, string id, int count, long reservableBelow)
    {
        await using var update = transaction.Prepare("""
            UPDATE project_keys SET wraps = wraps + $1 WHERE id = $2 AND state = 'active' AND wraps >= 0 AND wraps < $3
            """);
        return await update.Bind(count).Bind(id).Bind(reservableBelow).ExecuteAsync() == 1;
    }

    /// <summary>
    /// Whether the KEK is active. If so, it stays active until the transaction ends, so that a write can use it (S9). Wraps can
    /// be reserved meanwhile. With a stronger lock, a reservation would have to wait for a moment when no writer holds the KEK.
    /// </summary>
    public static async ValueTask<bool> LockActiveAsync(Transaction transaction, string id)
    {
        await using var query = transaction.Prepare(
            "SELECT 1 FROM project_keys WHERE id = $1 AND state = 'active' FOR KEY SHARE");
        return await query.Bind(id).ReadAsync();
    }

    /// <summary>
    /// Stores a KEK wrapped by another master key (S8). Returns false when the KEK's master key is no longer the master key of
    /// <paramref name="row"/>, or the KEK is destroyed.
    /// </summary>
    public static async ValueTask<bool> RewrapAsync(Transaction transaction, KekRow row, string masterKeyId, byte[] wrappedKey)
    {
        await using var update = transaction.Prepare("""
            UPDATE project_keys SET master_key_id = $1, wrapped_key = $2
            WHERE id = $3 AND master_key_id = $4 AND state <> 'destroyed'
            """);
        return await update.Bind(masterKeyId).Bind(wrappedKey).Bind(row.Id).Bind(row.MasterKeyId).ExecuteAsync() == 1;
    }

    private static ValueTask<List<KekRow>> ReadAllAsync(Statement query) => query.ReadAllAsync(Read);

    private static async ValueTask<KekRow?> FindOfNextMasterKeyAsync(Session session, string after)
    {
        await using var query = session.Prepare(
            Columns + " WHERE k.master_key_id > $1 AND k.state <> 'destroyed' ORDER BY k.master_key_id, k.id LIMIT 1");
        return await query.Bind(after).ReadAsync() ? Read(query) : null;
    }

    private static KekRow Read(Statement row) =>
        new(row.GetText(0), row.GetText(1), row.GetText(2), row.GetText(3), row.GetBlobOrNull(4), row.GetText(5),
            row.GetInt64(6), row.GetInt64(7));
}
