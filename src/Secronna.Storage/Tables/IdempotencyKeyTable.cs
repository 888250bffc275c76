using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>What a request with an <c>Idempotency-Key</c> was answered with.</summary>
/// <param name="BodyHash">Keyed hash of the request's body.</param>
/// <param name="Answer">The answer's data, which holds no value (S16).</param>
public sealed record FirstAnswer(byte[] BodyHash, string Answer);

/// <summary>Answers kept for repeats of their requests, in the transaction of what they answer for.</summary>
public static class IdempotencyKeyTable
{
    /// <summary>Answers that one slice forgets at most.</summary>
    public const int SliceAnswers = 500;

    // A day in microseconds.
    private const string IsKept = "created_at > now_us() - 86400000000";
    private const string IsOld = "created_at <= now_us() - 86400000000";

    /// <summary>The answer kept under this id, or null. Equal requests that run at once are kept apart by their environment's lock.</summary>
    public static async ValueTask<FirstAnswer?> FindAsync(Session session, byte[] id)
    {
        await using var query = session.Prepare(
            "SELECT body_hash, answer FROM idempotency_keys WHERE id = $1 AND " + IsKept);
        return await query.Bind(id).ReadAsync() ? new FirstAnswer(query.GetBlob(0), query.GetText(1)) : null;
    }

    /// <summary>Keeps an answer for a day, in place of one that is older.</summary>
    public static async ValueTask KeepAsync(Transaction transaction, byte[] id, FirstAnswer first)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO idempotency_keys (id, body_hash, answer, created_at) VALUES ($1, $2, $3, now_us())
            ON CONFLICT (id) DO UPDATE
            SET body_hash = excluded.body_hash, answer = excluded.answer, created_at = excluded.created_at
            """);
        await insert.Bind(id).Bind(first.BodyHash).Bind(first.Answer).ExecuteAsync();
    }

    /// <summary>Forgets the next answers that are older than a day; false when none is left.</summary>
    public static async ValueTask<bool> ForgetOldAsync(Transaction transaction)
    {
        await using var delete = transaction.Prepare(
            "DELETE FROM idempotency_keys WHERE id IN (SELECT id FROM idempotency_keys WHERE " + IsOld
            + " ORDER BY created_at LIMIT 500 FOR UPDATE SKIP LOCKED)");
        return await delete.ExecuteAsync() == SliceAnswers;
    }
}
