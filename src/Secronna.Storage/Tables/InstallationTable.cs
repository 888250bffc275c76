using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>The installation's row: its key, wrapped by the active master key (S2, S8).</summary>
public sealed record InstallationRow(long CreatedAt, string ActiveMasterKeyId, byte[] WrappedKey);

/// <summary>The installation: one row a database.</summary>
public static class InstallationTable
{
    /// <summary>
    /// Looks into a database that may not be there, may be empty or may still need migrating, and changes nothing.
    /// </summary>
    /// <returns>What <paramref name="read"/> gives, or null where there is no installation yet.</returns>
    /// <exception cref="StorageSetupException">There is a database, and it can't be read.</exception>
    public static async ValueTask<T?> PeekAsync<T>(DatabaseEngine engine, Func<Session, InstallationRow, ValueTask<T>> read)
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

    /// <summary>Whether there is a database with an installation; changes nothing.</summary>
    /// <exception cref="StorageSetupException">There is a database, and it can't be read.</exception>
    public static async ValueTask<bool> ExistsAsync(DatabaseEngine engine) =>
        await PeekAsync(engine, static (_, row) => new ValueTask<InstallationRow>(row)) is not null;

    /// <summary>The installation's row; null in a new database.</summary>
    public static async ValueTask<InstallationRow?> FindAsync(Session session)
    {
        await using var query = session.Prepare(
            "SELECT created_at, active_master_key_id, wrapped_key FROM installation WHERE id = 1");
        return await query.ReadAsync()
            ? new InstallationRow(query.GetInt64(0), query.GetText(1), query.GetBlob(2))
            : null;
    }

    /// <summary>Makes the row.</summary>
    /// <exception cref="UniqueViolationException">There is one.</exception>
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
    /// Makes another master key the active one, with the installation key wrapped by it (S8); false when the active one is
    /// not <paramref name="from"/> any more. Until the transaction has ended no KEK is added, and what was added before is seen.
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

    /// <summary>The active master key's id, which stays the active one, with no KEK added, until the transaction has ended.</summary>
    public static async ValueTask<string?> LockMasterKeyAsync(Transaction transaction)
    {
        await using var query = transaction.Prepare("SELECT active_master_key_id FROM installation WHERE id = 1 FOR UPDATE");
        return await query.ReadAsync() ? query.GetText(0) : null;
    }

    /// <summary>Whether this master key is the active one, and stays so until the transaction has ended; KEKs can be added.</summary>
    public static async ValueTask<bool> HoldMasterKeyAsync(Transaction transaction, string id)
    {
        await using var query = transaction.Prepare(
            "SELECT 1 FROM installation WHERE id = 1 AND active_master_key_id = $1 FOR KEY SHARE");
        return await query.Bind(id).ReadAsync();
    }

    /// <summary>Whether a rotation of the master key has begun and not ended.</summary>
    public static async ValueTask<bool> IsRotatingAsync(Session session)
    {
        await using var query = session.Prepare("SELECT 1 FROM installation WHERE id = 1 AND rotation_began_at IS NOT NULL");
        return await query.ReadAsync();
    }

    /// <summary>Ends a rotation of the master key; false when another did.</summary>
    public static async ValueTask<bool> EndRotationAsync(Transaction transaction)
    {
        await using var update = transaction.Prepare(
            "UPDATE installation SET rotation_began_at = NULL, worker = NULL, worked_until = 0 WHERE id = 1 AND rotation_began_at IS NOT NULL");
        return await update.ExecuteAsync() == 1;
    }

    /// <summary>Takes, or goes on holding, the work of a rotation for so long; false while another holds it.</summary>
    public static async ValueTask<bool> TakeRotationAsync(Transaction transaction, string worker, TimeSpan hold)
    {
        await using var update = transaction.Prepare("""
            UPDATE installation SET worker = $1, worked_until = now_us() + $2
            WHERE id = 1 AND (worker IS NULL OR worker = $1 OR worked_until < now_us())
            """);
        return await update.Bind(worker).Bind((long)hold.TotalMicroseconds).ExecuteAsync() == 1;
    }

    /// <summary>Lets go of the work of a rotation, so that another can take it at once.</summary>
    public static async ValueTask<bool> ReleaseRotationAsync(Transaction transaction, string worker)
    {
        await using var update = transaction.Prepare(
            "UPDATE installation SET worker = NULL, worked_until = 0 WHERE id = 1 AND worker = $1");
        return await update.Bind(worker).ExecuteAsync() == 1;
    }

    /// <summary>The counter that moves whenever a credential or the allowlist changes (S22).</summary>
    public static async ValueTask<long> AccessChangesAsync(Session session)
    {
        await using var query = session.Prepare("SELECT access_changes FROM installation WHERE id = 1");
        return await query.ReadAsync() ? query.GetInt64(0) : 0;
    }

    /// <summary>Moves the counter, in the transaction of the change.</summary>
    public static async ValueTask AccessChangedAsync(Transaction transaction)
    {
        await using var update = transaction.Prepare("UPDATE installation SET access_changes = access_changes + 1 WHERE id = 1");
        await update.ExecuteAsync();
    }

    /// <summary>A durable write that changes nothing that matters: the health probe's.</summary>
    public static async ValueTask<bool> ProbeAsync(Transaction transaction)
    {
        await using var update = transaction.Prepare("UPDATE installation SET probed_at = now_us() WHERE id = 1");
        return await update.ExecuteAsync() == 1;
    }
}
