using Secronna.Storage.Engine;

namespace Secronna.Storage;

/// <summary>The installation's row: its key, wrapped by the active master key (S2, S8).</summary>
public sealed record InstallationRow(long CreatedAt, string ActiveMasterKeyId, byte[] WrappedKey);

/// <summary>The installation: one row a database.</summary>
public static class Installations
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
    public static async ValueTask<bool> InsertAsync(Transaction transaction, InstallationRow row)
    {
        await using var insert = transaction.Prepare(
            "INSERT INTO installation (id, created_at, active_master_key_id, wrapped_key) VALUES (1, $1, $2, $3)");
        return await insert.Bind(row.CreatedAt).Bind(row.ActiveMasterKeyId).Bind(row.WrappedKey).ExecuteAsync() == 1;
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
