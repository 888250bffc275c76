using System.Security.Cryptography;
using Secronna.Client.Testing.Errors;
using Secronna.Protocol;

namespace Secronna.Client.Testing.State;

/// <summary>A request that carries an <c>Idempotency-Key</c>: who sent it to which route, and under which key.</summary>
internal sealed record FakeIdempotencyScope(string CallerId, string Route, string Key);

/// <summary>The answers to requests that carried an <c>Idempotency-Key</c>.</summary>
internal sealed class FakeIdempotency
{
    private static readonly TimeSpan Retention = TimeSpan.FromHours(24);

    private readonly Dictionary<FakeIdempotencyScope, (byte[] BodyHash, Instant At, object Answer)> answers = [];

    /// <summary>The first answer to a repeated request; null where the request is the first under its key in 24 hours.</summary>
    /// <exception cref="FakeError">CONFLICT: the first request had another body.</exception>
    public T? Find<T>(FakeIdempotencyScope scope, byte[] body, Instant now)
        where T : class
    {
        if (!answers.TryGetValue(scope, out var first) || first.At <= now - Retention)
        {
            return null;
        }

        return first.BodyHash.AsSpan().SequenceEqual(SHA256.HashData(body))
            ? (T)first.Answer
            : throw FakeErrors.IdempotencyKeyReused();
    }

    public void Remember(FakeIdempotencyScope scope, byte[] body, Instant now, object answer) =>
        answers[scope] = (SHA256.HashData(body), now, answer);
}
