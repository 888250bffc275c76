using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>The installation: the only row of its table.</summary>
public static class InstallationTable
{
    /// <summary>
    /// Reads from a database that may not exist, may be empty or may lack migrations. Changes nothing.
    /// </summary>
    /// <returns>The result of <paramref name="read"/>; <c>null</c> where there is no installation yet.</returns>
    /// <exception cref="StorageSetupException">The database exists and can't be read.</exception>
    public static async ValueTask<T?> ReadIfExistsAsync<T>(DatabaseEngine engine, Func<Session, InstallationRow, ValueTask<T>> read)
        where T : class
    {
        await using var connection = await engine.ConnectAsync();
        if (connection is null)
        {
            return null;
        }

        var session = new Session(connection);
        return await engine.HasTableAsync(session, "installation") && await FindAsync(session) is { } row
            ? await read(session, row)
            : null;
    }

    /// <summary>Whether the database exists and has an installation. Changes nothing.</summary>
    /// <exception cref="StorageSetupException">The database exists and can't be read.</exception>
    public static async ValueTask<bool> ExistsAsync(DatabaseEngine engine) =>
        await ReadIfExistsAsync(engine, static (_, row) => new ValueTask<InstallationRow>(row)) is not null;

    /// <summary>Finds the installation. Returns <c>null</c> in a new database.</summary>
    public static async ValueTask<InstallationRow?> FindAsync(Session session)
    {
        await using var query = session.Prepare(
            "SELECT created_at, active_master_key_id, wrapped_key FROM installation WHERE id = 1");
        return await query.ReadAsync()
            ? new InstallationRow(query.GetInt64(0), query.GetText(1), query.GetBlob(2))
            : null;
    }

    /// <summary>Adds the installation, and makes its master key known and active.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="row">The installation.</param>
    /// <param name="checkBox">
    /// A random key, wrapped by the master key. Nodes use it to check that they have the same master key.
    /// </param>
    /// <exception cref="UniqueViolationException">There is an installation already.</exception>
    public static async ValueTask<bool> InsertAsync(Transaction transaction, InstallationRow row, ReadOnlyMemory<byte> checkBox)
    {
        await using var insert = transaction.Prepare(
            "INSERT INTO installation (id, created_at, active_master_key_id, wrapped_key) VALUES (1, $1, $2, $3)");
        var isAdded = await insert.Bind(row.CreatedAt).Bind(row.ActiveMasterKeyId).Bind(row.WrappedKey).ExecuteAsync() == 1;
        await KnownMasterKeyTable.AnnounceAsync(transaction, row.ActiveMasterKeyId, checkBox);
        await KnownMasterKeyTable.ActivateAsync(transaction, row.ActiveMasterKeyId);
        return isAdded;
    }

    /// <summary>
    /// Makes another master key the active one, and stores the installation key as that master key wraps it (S8). Returns false
    /// when <paramref name="from"/> is no longer the active master key. Until the transaction ends, no KEK can be added. The
    /// transaction sees all KEKs that were added before.
    /// </summary>
    public static async ValueTask<bool> ActivateMasterKeyAsync(Transaction transaction, string from, string to, byte[] wrappedKey)
    {
        if (await LockMasterKeyAsync(transaction) != from)
        {
            return false;
        }

        await using var update = transaction.Prepare("""
            UPDATE installation SET active_master_key_id = $1, wrapped_key = $2, rotation_began_at = now_us() WHERE id = 1
            """);
        return await update.Bind(to).Bind(wrappedKey).ExecuteAsync() == 1;
    }

    /// <summary>
    /// Locks the installation's row and returns the id of the active master key. Until the transaction ends, that key stays the
    /// active one and no KEK can be added.
    /// </summary>
    public static async ValueTask<string?> LockMasterKeyAsync(Transaction transaction)
    {
        await using var query = transaction.Prepare("SELECT active_master_key_id FROM installation WHERE id = 1 FOR UPDATE");
        return await query.ReadAsync() ? query.GetText(0) : null;
    }

    /// <summary>
    /// Whether a master key is the active one. If so, it stays the active one until the transaction ends. KEKs can be added
    /// meanwhile.
    /// </summary>
    public static async ValueTask<bool> HoldMasterKeyAsync(Transaction transaction, string id)
    {
        await using var query = transaction.Prepare(
            "SELECT 1 FROM installation WHERE id = 1 AND active_master_key_id = $1 FOR KEY SHARE");
        return await query.Bind(id).ReadAsync();
    }

    /// <summary>The active master key, empty in a new database, and whether a rotation of the master key is under way.</summary>
    public static async ValueTask<(string ActiveMasterKeyId, bool IsRotating)> FindRotationAsync(Session session)
    {
        await using var query = session.Prepare(
            "SELECT active_master_key_id, rotation_began_at FROM installation WHERE id = 1");
        return await query.ReadAsync() ? (query.GetText(0), !query.IsNull(1)) : ("", false);
    }

    /// <summary>Whether a rotation of the master key is under way.</summary>
    public static async ValueTask<bool> IsRotatingAsync(Session session) => (await FindRotationAsync(session)).IsRotating;

    /// <summary>Ends the rotation of the master key. Returns false when another node ended it before.</summary>
    public static async ValueTask<bool> EndRotationAsync(Transaction transaction)
    {
        await using var update = transaction.Prepare(
            "UPDATE installation SET rotation_began_at = NULL, worker = NULL, worked_until = 0 WHERE id = 1 AND rotation_began_at IS NOT NULL");
        return await update.ExecuteAsync() == 1;
    }

    /// <summary>
    /// Reserves the work of the rotation for a worker for the time <paramref name="hold"/>, or extends the worker's reservation.
    /// Returns false while another worker has a reservation.
    /// </summary>
    public static async ValueTask<bool> TakeRotationAsync(Transaction transaction, string worker, TimeSpan hold)
    {
        await using var update = transaction.Prepare("""
            UPDATE installation SET worker = $1, worked_until = now_us() + $2
            WHERE id = 1 AND (worker IS NULL OR worker = $1 OR worked_until < now_us())
            """);
        return await update.Bind(worker).Bind((long)hold.TotalMicroseconds).ExecuteAsync() == 1;
    }

    /// <summary>Ends a worker's reservation, so that another worker can take the rotation at once.</summary>
    public static async ValueTask<bool> ReleaseRotationAsync(Transaction transaction, string worker)
    {
        await using var update = transaction.Prepare(
            "UPDATE installation SET worker = NULL, worked_until = 0 WHERE id = 1 AND worker = $1");
        return await update.Bind(worker).ExecuteAsync() == 1;
    }

    /// <summary>Reads the access counter, which advances whenever a credential or the allowlist changes (S22).</summary>
    public static async ValueTask<long> ReadAccessCounterAsync(Session session)
    {
        await using var query = session.Prepare("SELECT access_changes FROM installation WHERE id = 1");
        return await query.ReadAsync() ? query.GetInt64(0) : 0;
    }

    /// <summary>Advances the access counter, in the transaction of the change.</summary>
    public static async ValueTask AdvanceAccessCounterAsync(Transaction transaction)
    {
        await using var update = transaction.Prepare("UPDATE installation SET access_changes = access_changes + 1 WHERE id = 1");
        await update.ExecuteAsync();
    }

    /// <summary>The write of the health probe. It stores the time of the write, and shows that writes become durable.</summary>
    public static async ValueTask<bool> ProbeAsync(Transaction transaction)
    {
        await using var update = transaction.Prepare("UPDATE installation SET probed_at = now_us() WHERE id = 1");
        return await update.ExecuteAsync() == 1;
    }
}
