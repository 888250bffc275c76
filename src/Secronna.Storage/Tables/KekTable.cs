using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>A project's KEK, wrapped by a master key (S3).</summary>
public sealed record KekRow(
    string Id, string WorkspaceId, string ProjectId, string MasterKeyId, byte[]? WrappedKey, string State, long Wraps,
    long CreatedAt);

/// <summary>KEKs: the table <c>project_keys</c>.</summary>
public static class KekTable
{
    private const string Columns = """
        SELECT k.id, p.workspace_id, k.project_id, k.master_key_id, k.wrapped_key, k.state, k.wraps, k.created_at
        FROM project_keys k JOIN projects p ON p.id = k.project_id
        """;

    /// <summary>
    /// The number of wraps from which on <see cref="ListWornAsync"/> lists a KEK, as SQL. It is a literal and not a parameter,
    /// because a query can use the partial index <c>project_keys_worn</c> only if it repeats the index's condition. A test
    /// compares it with the policy of Secronna.Crypto and with the index.
    /// </summary>
    internal const string WornWraps = "536870912";

    /// <summary>
    /// Adds an active KEK; false when its master key is not the active one any more: then it must be wrapped anew (S8).
    /// </summary>
    /// <exception cref="UniqueViolationException">The project has one.</exception>
    public static async ValueTask<bool> InsertAsync(Transaction transaction, KekRow row)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO project_keys (id, project_id, master_key_id, wrapped_key, state, wraps, created_at)
            SELECT $1, $2, $3, $4, $5, $6, $7 FROM installation i WHERE i.id = 1 AND i.active_master_key_id = $3 FOR KEY SHARE
            """);
        return await insert.Bind(row.Id).Bind(row.ProjectId).Bind(row.MasterKeyId).Bind(row.WrappedKey).Bind(row.State)
            .Bind(row.Wraps).Bind(row.CreatedAt).ExecuteAsync() == 1;
    }

    /// <summary>The KEK, or null.</summary>
    public static async ValueTask<KekRow?> FindAsync(Session session, string id)
    {
        await using var query = session.Prepare(Columns + " WHERE k.id = $1");
        return await query.Bind(id).ReadAsync() ? Read(query) : null;
    }

    /// <summary>The project's active KEK, or null.</summary>
    public static async ValueTask<KekRow?> FindActiveAsync(Session session, string projectId)
    {
        await using var query = session.Prepare(Columns + " WHERE k.project_id = $1 AND k.state = 'active'");
        return await query.Bind(projectId).ReadAsync() ? Read(query) : null;
    }

    /// <summary>The project's KEKs after this id, oldest first.</summary>
    public static async ValueTask<List<KekRow>> ListAsync(Session session, string projectId, string after, int limit)
    {
        await using var query = session.Prepare(Columns + " WHERE k.project_id = $1 AND k.id > $2 ORDER BY k.id LIMIT $3");
        return await ReadAllAsync(query.Bind(projectId).Bind(after).Bind(limit));
    }

    /// <summary>Retiring KEKs of all projects after this id.</summary>
    public static async ValueTask<List<KekRow>> ListRetiringAsync(Session session, string after, int limit)
    {
        await using var query = session.Prepare(Columns + " WHERE k.state = 'retiring' AND k.id > $1 ORDER BY k.id LIMIT $2");
        return await ReadAllAsync(query.Bind(after).Bind(limit));
    }

    /// <summary>Active KEKs made before a time, the oldest first.</summary>
    public static async ValueTask<List<KekRow>> ListOlderAsync(Session session, long createdBefore, int limit)
    {
        await using var query = session.Prepare(
            Columns + " WHERE k.state = 'active' AND k.created_at < $1 AND p.deleted_at IS NULL ORDER BY k.created_at LIMIT $2");
        return await ReadAllAsync(query.Bind(createdBefore).Bind(limit));
    }

    /// <summary>Active KEKs that have <see cref="WornWraps"/> reserved wraps or more, the most used first.</summary>
    public static async ValueTask<List<KekRow>> ListWornAsync(Session session, int limit)
    {
        await using var query = session.Prepare(
            Columns + $" WHERE k.state = 'active' AND k.wraps >= {WornWraps} AND p.deleted_at IS NULL ORDER BY k.wraps DESC LIMIT $1");
        return await ReadAllAsync(query.Bind(limit));
    }

    /// <summary>KEKs under a master key after this id, destroyed ones left out.</summary>
    public static async ValueTask<List<KekRow>> ListUnderAsync(Session session, string masterKeyId, string after, int limit)
    {
        await using var query = session.Prepare(
            Columns + " WHERE k.master_key_id = $1 AND k.id > $2 AND k.state <> 'destroyed' ORDER BY k.id LIMIT $3");
        return await ReadAllAsync(query.Bind(masterKeyId).Bind(after).Bind(limit));
    }

    /// <summary>How many KEKs are under a master key, destroyed ones left out.</summary>
    public static async ValueTask<long> CountUnderAsync(Session session, string masterKeyId)
    {
        await using var query = session.Prepare(
            "SELECT count(*) FROM project_keys WHERE master_key_id = $1 AND state <> 'destroyed'");
        return await query.Bind(masterKeyId).ReadAsync() ? query.GetInt64(0) : 0;
    }

    /// <summary>One KEK of each master key that wraps any: what a start must be able to unwrap (S11).</summary>
    public static async ValueTask<List<KekRow>> OneOfEachMasterKeyAsync(Session session)
    {
        var rows = new List<KekRow>();
        var after = "";
        while (await NextMasterKeyAsync(session, after) is { } row)
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
    /// <param name="reservableBelow">The KEK may have them only if fewer wraps than this are reserved already.</param>
    /// <returns>
    /// False, with nothing reserved, if the KEK is not active, has <paramref name="reservableBelow"/> reserved wraps or more, or
    /// has an impossible, negative number of them.
    /// </returns>
    public static async ValueTask<bool> ReserveWrapsAsync(Transaction transaction, string id, int count, long reservableBelow)
    {
        await using var update = transaction.Prepare("""
            UPDATE project_keys SET wraps = wraps + $1 WHERE id = $2 AND state = 'active' AND wraps >= 0 AND wraps < $3
            """);
        return await update.Bind(count).Bind(id).Bind(reservableBelow).ExecuteAsync() == 1;
    }

    /// <summary>
    /// Whether the KEK is active, and stays so until the transaction of a write that uses it has ended (S9). Wraps can be
    /// counted meanwhile: under a stronger lock whoever counts would wait until no writer at all holds it.
    /// </summary>
    public static async ValueTask<bool> LockActiveAsync(Transaction transaction, string id)
    {
        await using var query = transaction.Prepare(
            "SELECT 1 FROM project_keys WHERE id = $1 AND state = 'active' FOR KEY SHARE");
        return await query.Bind(id).ReadAsync();
    }

    /// <summary>Makes an active KEK a retiring one, once no writer holds it; false when it is not active.</summary>
    public static async ValueTask<bool> RetireAsync(Transaction transaction, string id)
    {
        await HoldAsync(transaction, "SELECT 1 FROM project_keys WHERE id = $1 AND state = 'active' FOR UPDATE", id);
        await using var update = transaction.Prepare(
            "UPDATE project_keys SET state = 'retiring' WHERE id = $1 AND state = 'active'");
        return await update.Bind(id).ExecuteAsync() == 1;
    }

    /// <summary>
    /// Destroys a retiring KEK that no version refers to (S9): holds its row, so that no writer does, and looks again. False
    /// when something refers to it, or it is not retiring any more.
    /// </summary>
    public static async ValueTask<bool> DestroyAsync(Transaction transaction, string id)
    {
        await HoldAsync(transaction, "SELECT 1 FROM project_keys WHERE id = $1 AND state = 'retiring' FOR UPDATE", id);
        if (await VersionTable.AnyUnderAsync(transaction, id))
        {
            return false;
        }

        await using var update = transaction.Prepare("""
            UPDATE project_keys SET state = 'destroyed', wrapped_key = NULL, worker = NULL WHERE id = $1 AND state = 'retiring'
            """);
        return await update.Bind(id).ExecuteAsync() == 1;
    }

    /// <summary>Destroys all wrapped keys of a project, once no writer holds one; the ids of those KEKs.</summary>
    public static async ValueTask<List<string>> DestroyAllAsync(Transaction transaction, string projectId)
    {
        await HoldAsync(
            transaction, "SELECT 1 FROM project_keys WHERE project_id = $1 AND state <> 'destroyed' ORDER BY id FOR UPDATE", projectId);
        await using var update = transaction.Prepare("""
            UPDATE project_keys SET state = 'destroyed', wrapped_key = NULL
            WHERE project_id = $1 AND state <> 'destroyed'
            RETURNING id
            """);
        update.Bind(projectId);
        var ids = new List<string>();
        while (await update.ReadAsync())
        {
            ids.Add(update.GetText(0));
        }

        return ids;
    }

    /// <summary>Puts a KEK under another master key (S8); false when it is under another already, or destroyed.</summary>
    public static async ValueTask<bool> RewrapAsync(Transaction transaction, KekRow row, string masterKeyId, byte[] wrappedKey)
    {
        await using var update = transaction.Prepare("""
            UPDATE project_keys SET master_key_id = $1, wrapped_key = $2
            WHERE id = $3 AND master_key_id = $4 AND state <> 'destroyed'
            """);
        return await update.Bind(masterKeyId).Bind(wrappedKey).Bind(row.Id).Bind(row.MasterKeyId).ExecuteAsync() == 1;
    }

    /// <summary>Takes, or goes on holding, the work on a retiring KEK for so long; false while another holds it.</summary>
    public static async ValueTask<bool> TakeAsync(Transaction transaction, string id, string worker, TimeSpan hold)
    {
        await using var update = transaction.Prepare("""
            UPDATE project_keys SET worker = $1, worked_until = now_us() + $2
            WHERE id = $3 AND state = 'retiring' AND (worker IS NULL OR worker = $1 OR worked_until < now_us())
            """);
        return await update.Bind(worker).Bind((long)hold.TotalMicroseconds).Bind(id).ExecuteAsync() == 1;
    }

    // An update of a state would not wait for those who hold the row as LockActiveAsync does.
    private static async ValueTask HoldAsync(Transaction transaction, string sql, string id)
    {
        await using var query = transaction.Prepare(sql);
        query.Bind(id);
        while (await query.ReadAsync())
        {
        }
    }

    /// <summary>Lets go of the work on a KEK, so that another can take it at once.</summary>
    public static async ValueTask<bool> ReleaseAsync(Transaction transaction, string id, string worker)
    {
        await using var update = transaction.Prepare(
            "UPDATE project_keys SET worker = NULL, worked_until = 0 WHERE id = $1 AND worker = $2");
        return await update.Bind(id).Bind(worker).ExecuteAsync() == 1;
    }

    private static async ValueTask<List<KekRow>> ReadAllAsync(Statement query)
    {
        var rows = new List<KekRow>();
        while (await query.ReadAsync())
        {
            rows.Add(Read(query));
        }

        return rows;
    }

    private static async ValueTask<KekRow?> NextMasterKeyAsync(Session session, string after)
    {
        await using var query = session.Prepare(
            Columns + " WHERE k.master_key_id > $1 AND k.state <> 'destroyed' ORDER BY k.master_key_id, k.id LIMIT 1");
        return await query.Bind(after).ReadAsync() ? Read(query) : null;
    }

    private static KekRow Read(Statement row) =>
        new(row.GetText(0), row.GetText(1), row.GetText(2), row.GetText(3), row.GetBlobOrNull(4), row.GetText(5),
            row.GetInt64(6), row.GetInt64(7));
}
