using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>The keys that sign checkpoints: the table <c>log_keys</c>.</summary>
public static class LogKeyTable
{
    /// <summary>Lists all keys, oldest first. Exactly one of them signs now, unless there is none yet.</summary>
    public static async ValueTask<List<LogKeyRow>> ListAsync(Session session)
    {
        await using var query = session.Prepare(
            "SELECT number, public_key, wrapped_seed, active_at, retired_at FROM log_keys WHERE number > 0 ORDER BY number");
        return await query.ReadAllAsync(row => new LogKeyRow(
            row.GetInt32(0), row.GetBlob(1), row.GetBlob(2), row.GetInt64OrNull(3), row.GetInt64OrNull(4)));
    }

    /// <summary>
    /// Gives the installation its id, unless it has one, and locks its row until the transaction ends. Returns the id that it has.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The installation's row is missing.</exception>
    public static async ValueTask<string> ClaimPublicIdAsync(Transaction transaction, string newId)
    {
        await using var update = transaction.Prepare(
            "UPDATE installation SET public_id = coalesce(public_id, $1) WHERE id = 1 RETURNING public_id");
        return await update.Bind(newId).ReadAsync()
            ? update.GetText(0)
            : throw new StorageUnavailableException("the installation's row is missing");
    }

    /// <summary>
    /// Adds the first key, unless there is one. The installation's row must be locked, so that two nodes don't each add one.
    /// </summary>
    public static async ValueTask<bool> AddFirstAsync(Transaction transaction, ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> wrappedSeed)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO log_keys (number, public_key, wrapped_seed, created_at, active_at)
            SELECT 1, $1, $2, now_us(), now_us() WHERE NOT EXISTS (SELECT 1 FROM log_keys WHERE number > 0)
            """);
        return await insert.Bind(publicKey.Span).Bind(wrappedSeed.Span).ExecuteAsync() == 1;
    }

    /// <summary>
    /// Adds the key that is to follow the current one, unless there is one. The installation's row must be locked, so that two
    /// commands don't each add one.
    /// </summary>
    public static async ValueTask<bool> AddNextAsync(Transaction transaction, ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> wrappedSeed)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO log_keys (number, public_key, wrapped_seed, created_at)
            SELECT (SELECT max(number) FROM log_keys) + 1, $1, $2, now_us()
            WHERE NOT EXISTS (SELECT 1 FROM log_keys WHERE active_at IS NULL)
            """);
        return await insert.Bind(publicKey.Span).Bind(wrappedSeed.Span).ExecuteAsync() == 1;
    }

    /// <summary>Lets an announced key sign in the place of the current one. The transaction must keep nothing if it returns false.</summary>
    public static async ValueTask<bool> ActivateAsync(Transaction transaction, int number)
    {
        await using (var retire = transaction.Prepare(
            "UPDATE log_keys SET retired_at = now_us() WHERE number <> $1 AND active_at IS NOT NULL AND retired_at IS NULL"))
        {
            await retire.Bind(number).ExecuteAsync();
        }

        await using var activate = transaction.Prepare("UPDATE log_keys SET active_at = now_us() WHERE number = $1 AND active_at IS NULL");
        return await activate.Bind(number).ExecuteAsync() == 1;
    }

    /// <summary>
    /// Holds the key that signs now until the transaction ends. Returns false if another key signs now; the transaction must then
    /// keep nothing that this key signed.
    /// </summary>
    public static async ValueTask<bool> HoldAsync(Transaction transaction, int number)
    {
        await using var query = transaction.Prepare(
            "SELECT 1 FROM log_keys WHERE number = $1 AND active_at IS NOT NULL AND retired_at IS NULL FOR SHARE");
        return await query.Bind(number).ReadAsync();
    }

    /// <summary>The installation's id in the names of its logs; <c>null</c> where it has none yet.</summary>
    public static ValueTask<string?> FindPublicIdAsync(Session session) =>
        session.FindTextAsync("SELECT public_id FROM installation WHERE id = 1");
}
