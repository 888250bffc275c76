using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Secronna.Crypto;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// Recognises a repeated request by its header <c>Idempotency-Key</c>. A request is a repeat if its caller, route and key are the
/// same as before. It must then also have the same body. Only keyed hashes of the request and of its body are stored.
/// </summary>
internal sealed class Idempotency
{
    private readonly byte[] id;
    private readonly byte[] bodyHash;

    private readonly IdempotencyGuesses guesses;
    private readonly Caller caller;

    private Idempotency(byte[] id, byte[] bodyHash, IdempotencyGuesses guesses, Caller caller) =>
        (this.id, this.bodyHash, this.guesses, this.caller) = (id, bodyHash, guesses, caller);

    /// <summary>Identifies a request.</summary>
    /// <param name="keys">The keys of the installation. One of them computes the hashes.</param>
    /// <param name="guesses">Limits how often the caller may send another body.</param>
    /// <param name="caller">The caller of the request.</param>
    /// <param name="route">Method and path of the request.</param>
    /// <param name="key">The value of the header.</param>
    /// <param name="body">The body as it was sent. It may hold values, so only its hash is kept.</param>
    public static Idempotency Of(
        InstallationKeys keys, IdempotencyGuesses guesses, Caller caller, string route, string key, ReadOnlySpan<byte> body)
    {
        // Each part is preceded by its length, so that different lists of parts never give the same text.
        string[] parts = [caller.WorkspaceId, caller.ActorType, caller.ActorId, route, key];
        var request = string.Concat(parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Length}:{part}")));
        var (id, bodyHash) = (new byte[KeyedHash.Size], new byte[KeyedHash.Size]);
        keys.HashIdempotency(Encoding.UTF8.GetBytes("request " + request), id);

        // The body is hashed with a key that only this request has, so that equal bodies of different requests have different
        // hashes.
        using var bodyKey = PinnedBuffer.Rent(KeyedHash.Size);
        keys.HashIdempotency(Encoding.UTF8.GetBytes("body " + request), bodyKey.Span);
        KeyedHash.Compute(bodyKey.Span, body, bodyHash);
        return new Idempotency(id, bodyHash, guesses, caller);
    }

    /// <summary>
    /// Looks for the first answer before the transaction, so that a repeat does no unnecessary work. If there is no answer yet,
    /// the transaction must look again.
    /// </summary>
    /// <inheritdoc cref="FindFirstAnswerAsync{T}(Session, JsonTypeInfo{T}, Func{T, T})"/>
    public ValueTask<T?> FindFirstAnswerAsync<T>(Database database, JsonTypeInfo<T> type, Func<T, T> cut)
        where T : class => database.ReadAsync(session => FindFirstAnswerAsync(session, type, cut));

    /// <summary>The answer to the first request; <c>null</c> if there is none yet.</summary>
    /// <param name="session">The session to read in.</param>
    /// <param name="type">The form of the answer.</param>
    /// <param name="cut">
    /// Leaves out of the answer what the caller may not see now. The caller may have lost grants since the first request (S32).
    /// </param>
    /// <exception cref="RequestException">
    /// CONFLICT: the first request had another body. RATE_LIMITED: the caller has sent other bodies too often. The service must
    /// record both.
    /// </exception>
    public async ValueTask<T?> FindFirstAnswerAsync<T>(Session session, JsonTypeInfo<T> type, Func<T, T> cut)
        where T : class => await FindAsync(session) is { } first ? cut(JsonSerializer.Deserialize(first.Answer, type)!) : null;

    /// <summary>Stores the answer for repeats. The transaction must be the one that does the requested work.</summary>
    public ValueTask KeepAsync<T>(Transaction transaction, T answer, JsonTypeInfo<T> type) =>
        IdempotencyKeyTable.StoreAsync(transaction, id, new StoredAnswer(bodyHash, JsonSerializer.Serialize(answer, type)));

    /// <summary>
    /// Claims the key for a request that must not be repeated, because its answer can't be given twice. The transaction must be
    /// the one that does the requested work.
    /// </summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="createdId">The id of what the request creates. It is all that is kept.</param>
    /// <exception cref="RequestException">
    /// CONFLICT: another request has the key; the message names what it created. CONFLICT or RATE_LIMITED: the first request had
    /// another body; the service must record this.
    /// </exception>
    public async ValueTask ClaimAsync(Transaction transaction, string createdId)
    {
        if (!await IdempotencyKeyTable.TryStoreAsync(transaction, id, new StoredAnswer(bodyHash, createdId)))
        {
            throw await FindAsync(transaction) is { } first
                ? Errors.CreatedBefore(first.Answer)
                : Errors.Unavailable();
        }
    }

    // All repeats are recognised here, and so are all requests that reuse a key with another body.
    private async ValueTask<StoredAnswer?> FindAsync(Session session) =>
        await IdempotencyKeyTable.FindAsync(session, id) is not { } first ? null
        : guesses.Compare(caller, () => KeyedHash.Equal(bodyHash, first.BodyHash)) is { } refusal ? throw refusal
        : first;
}
