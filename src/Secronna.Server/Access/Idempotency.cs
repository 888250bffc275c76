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
/// By what a repeat of a request is known, and that it is one: keyed hashes of who sent it where under which
/// <c>Idempotency-Key</c>, and of its body.
/// </summary>
internal sealed class Idempotency
{
    private readonly byte[] id;
    private readonly byte[] bodyHash;

    private Idempotency(byte[] id, byte[] bodyHash) => (this.id, this.bodyHash) = (id, bodyHash);

    /// <param name="keys">Whose key the hashes are under.</param>
    /// <param name="caller">Whose repeat it must be.</param>
    /// <param name="route">Method and path.</param>
    /// <param name="key">The header's value.</param>
    /// <param name="body">The body as it was sent. It holds values: of it only the hash is kept.</param>
    public static Idempotency Of(InstallationKeys keys, Caller caller, string route, string key, ReadOnlySpan<byte> body)
    {
        // Each with its length, so that the parts can't run into each other.
        string[] parts = [caller.WorkspaceId, caller.ActorType, caller.ActorId, route, key];
        var request = string.Concat(parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Length}:{part}")));
        var (id, bodyHash) = (new byte[KeyedHash.Size], new byte[KeyedHash.Size]);
        keys.HashIdempotency(Encoding.UTF8.GetBytes("request " + request), id);

        // Under a key of this request's own: equal bodies of different requests have nothing in common in the database.
        using var bodyKey = PinnedBuffer.Rent(KeyedHash.Size);
        keys.HashIdempotency(Encoding.UTF8.GetBytes("body " + request), bodyKey.Span);
        KeyedHash.Compute(bodyKey.Span, body, bodyHash);
        return new Idempotency(id, bodyHash);
    }

    /// <summary>
    /// The same before there is a transaction, so that a repeat does nothing that its answer doesn't need. One that is not
    /// found may be there by the time of the transaction.
    /// </summary>
    /// <exception cref="RequestException">CONFLICT: the first had another body.</exception>
    public ValueTask<T?> FindFirstAsync<T>(Database database, JsonTypeInfo<T> type)
        where T : class => database.ReadAsync((this, type), static (session, it) => it.Item1.FindFirstAsync(session, it.type));

    /// <summary>What the first of these requests was answered with; null when this is the first.</summary>
    /// <exception cref="RequestException">CONFLICT: the first had another body.</exception>
    public async ValueTask<T?> FindFirstAsync<T>(Session session, JsonTypeInfo<T> type)
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

    /// <summary>Keeps the answer, in the transaction of what it answers for.</summary>
    public ValueTask KeepAsync<T>(Transaction transaction, T answer, JsonTypeInfo<T> type) =>
        IdempotencyKeyTable.StoreAsync(transaction, id, new StoredAnswer(bodyHash, JsonSerializer.Serialize(answer, type)));
}
