using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// Answers to requests with an <c>Idempotency-Key</c>. Each answer is stored in the transaction of its request's change.
/// </summary>
public static class IdempotencyKeyTable
{
    /// <summary>
    /// The largest number of answers that one call of <see cref="RemoveOldAsync"/> removes. Its SQL has the same number.
    /// </summary>
    public const int SliceAnswers = 500;

    // 86400000000 microseconds are a day.
    private const string IsKept = "created_at > now_us() - 86400000000";
    private const string IsOld = "created_at <= now_us() - 86400000000";

    /// <summary>
    /// Finds an answer that is at most a day old. Returns <c>null</c> when there is none. Equal requests that arrive together run
    /// one after the other, because each of them locks the environment.
    /// </summary>
    public static async ValueTask<StoredAnswer?> FindAsync(Session session, byte[] id)
    {
        await using var query = session.Prepare(
            "SELECT body_hash, answer FROM idempotency_keys WHERE id = $1 AND " + IsKept);
        return await query.Bind(id).ReadAsync() ? new StoredAnswer(query.GetBlob(0), query.GetText(1)) : null;
    }

    /// <summary>Stores an answer for a day. Replaces an older answer with the same id.</summary>
    public static async ValueTask StoreAsync(Transaction transaction, byte[] id, StoredAnswer answer)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO idempotency_keys (id, body_hash, answer, created_at) VALUES ($1, $2, $3, now_us())
            ON CONFLICT (id) DO UPDATE
            SET body_hash = excluded.body_hash, answer = excluded.answer, created_at = excluded.created_at
            """);
        await insert.Bind(id).Bind(answer.BodyHash).Bind(answer.Answer).ExecuteAsync();
    }

    /// <summary>
    /// Stores an answer for a day, unless one with the same id is kept already. A transaction that stores the same id at the same
    /// time is waited for. Returns false when nothing was stored.
    /// </summary>
    public static async ValueTask<bool> TryStoreAsync(Transaction transaction, byte[] id, StoredAnswer answer)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO idempotency_keys (id, body_hash, answer, created_at) VALUES ($1, $2, $3, now_us())
            ON CONFLICT (id) DO UPDATE
            SET body_hash = excluded.body_hash, answer = excluded.answer, created_at = excluded.created_at
            WHERE idempotency_keys.created_at <= now_us() - 86400000000
            """);
        return await insert.Bind(id).Bind(answer.BodyHash).Bind(answer.Answer).ExecuteAsync() == 1;
    }

    /// <summary>Removes the next answers that are older than a day. Returns false when none is left.</summary>
    public static async ValueTask<bool> RemoveOldAsync(Transaction transaction)
    {
        await using var delete = transaction.Prepare(
            "DELETE FROM idempotency_keys WHERE id IN (SELECT id FROM idempotency_keys WHERE " + IsOld
            + " ORDER BY created_at LIMIT 500 FOR UPDATE SKIP LOCKED)");
        return await delete.ExecuteAsync() == SliceAnswers;
    }
}
