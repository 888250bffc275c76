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
/// Recognises the repeat of a request by its header <c>Idempotency-Key</c>. Two requests are the same if their caller, route and
/// key are the same; a repeat must also have the same body. Only keyed hashes of both are stored.
/// </summary>
internal sealed class Idempotency
{
    private readonly byte[] id;
    private readonly byte[] bodyHash;

    private Idempotency(byte[] id, byte[] bodyHash) => (this.id, this.bodyHash) = (id, bodyHash);

    /// <summary>Identifies a request.</summary>
    /// <param name="keys">The keys of the installation, one of which the hashes are computed with.</param>
    /// <param name="caller">The caller of the request.</param>
    /// <param name="route">Method and path of the request.</param>
    /// <param name="key">The value of the header.</param>
    /// <param name="body">The body as it was sent. It may hold values, so only its hash is kept.</param>
    public static Idempotency Of(InstallationKeys keys, Caller caller, string route, string key, ReadOnlySpan<byte> body)
    {
        // Each part has its length before it, so that different parts never give the same text.
        string[] parts = [caller.WorkspaceId, caller.ActorType, caller.ActorId, route, key];
        var request = string.Concat(parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Length}:{part}")));
        var (id, bodyHash) = (new byte[KeyedHash.Size], new byte[KeyedHash.Size]);
        keys.HashIdempotency(Encoding.UTF8.GetBytes("request " + request), id);

        // The hash of the body has a key of this request's own, so that equal bodies of different requests have different hashes.
        using var bodyKey = PinnedBuffer.Rent(KeyedHash.Size);
        keys.HashIdempotency(Encoding.UTF8.GetBytes("body " + request), bodyKey.Span);
        KeyedHash.Compute(bodyKey.Span, body, bodyHash);
        return new Idempotency(id, bodyHash);
    }

    /// <summary>
    /// Looks for the first answer before the transaction, so that a repeat does no work that its answer doesn't need. If there is
    /// none yet, the transaction must look again.
    /// </summary>
    /// <exception cref="RequestException">CONFLICT: the first request had another body.</exception>
    public ValueTask<T?> FindFirstAnswerAsync<T>(Database database, JsonTypeInfo<T> type)
        where T : class => database.ReadAsync(session => FindFirstAnswerAsync(session, type));

    /// <summary>The answer to the first of these requests; <c>null</c> if there is none yet.</summary>
    /// <exception cref="RequestException">CONFLICT: the first request had another body.</exception>
    public async ValueTask<T?> FindFirstAnswerAsync<T>(Session session, JsonTypeInfo<T> type)
        where T : class
    {
        if (await IdempotencyKeyTable.FindAsync(session, id) is not { } first)
        {
            return null;
        }

        return KeyedHash.Equal(bodyHash, first.BodyHash)
            ? JsonSerializer.Deserialize(first.Answer, type)
            : throw Errors.IdempotencyKeyReused();
    }

    /// <summary>Keeps the answer for repeats. This belongs into the transaction of the work that is answered.</summary>
    public ValueTask KeepAsync<T>(Transaction transaction, T answer, JsonTypeInfo<T> type) =>
        IdempotencyKeyTable.KeepAsync(transaction, id, new FirstAnswer(bodyHash, JsonSerializer.Serialize(answer, type)));
}
