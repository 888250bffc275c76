using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>The master keys that the installation knows: the table <c>master_keys</c>.</summary>
public static class KnownMasterKeyTable
{
    private const string Columns = "SELECT id, created_at, active_since, unused_since, retired_at, check_box FROM master_keys";

    /// <summary>Lists all master keys, ordered by id.</summary>
    public static async ValueTask<List<KnownMasterKey>> ListAsync(Session session)
    {
        await using var query = session.Prepare(Columns + " WHERE id > '' ORDER BY id");
        return await query.ReadAllAsync(Read);
    }

    /// <summary>Finds a master key. Returns <c>null</c> when it is not known.</summary>
    public static async ValueTask<KnownMasterKey?> FindAsync(Session session, string id)
    {
        await using var query = session.Prepare(Columns + " WHERE id = $1");
        return await query.Bind(id).ReadAsync() ? Read(query) : null;
    }

    /// <summary>
    /// Makes a master key known, so that every node checks whether it can use it. If the key is known already, only a missing
    /// check box is added.
    /// </summary>
    public static async ValueTask<bool> AnnounceAsync(Transaction transaction, string id, ReadOnlyMemory<byte> checkBox)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO master_keys (id, created_at, check_box) VALUES ($1, now_us(), $2)
            ON CONFLICT (id) DO UPDATE SET check_box = coalesce(master_keys.check_box, excluded.check_box)
            """);
        return await insert.Bind(id).Bind(checkBox.Span).ExecuteAsync() == 1;
    }

    /// <summary>Stores that a known master key became the active one.</summary>
    public static async ValueTask ActivateAsync(Transaction transaction, string id)
    {
        await using var update = transaction.Prepare(
            "UPDATE master_keys SET active_since = now_us(), unused_since = NULL WHERE id = $1");
        await update.Bind(id).ExecuteAsync();
    }

    /// <summary>Stores that all master keys except the active one wrap no key any more.</summary>
    public static async ValueTask SetOthersUnusedAsync(Transaction transaction, string activeId)
    {
        await using var update = transaction.Prepare("""
            UPDATE master_keys SET unused_since = now_us()
            WHERE id > '' AND id <> $1 AND active_since IS NOT NULL AND unused_since IS NULL
            """);
        await update.Bind(activeId).ExecuteAsync();
    }

    /// <summary>Retires a master key. The caller has checked that it wraps no key.</summary>
    public static async ValueTask RetireAsync(Transaction transaction, string id)
    {
        await using var update = transaction.Prepare("UPDATE master_keys SET retired_at = now_us() WHERE id = $1");
        await update.Bind(id).ExecuteAsync();
    }

    private static KnownMasterKey Read(Statement row) =>
        new(row.GetText(0), row.GetInt64(1), row.GetInt64OrNull(2), row.GetInt64OrNull(3), row.GetInt64OrNull(4),
            row.GetBlobOrNull(5));
}
