using System.Security.Cryptography;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>What requests with an <c>Idempotency-Key</c> were answered with.</summary>
internal sealed class FakeRepeats
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private readonly Dictionary<(string Caller, string Route, string Key), (byte[] BodyHash, Instant At, object Answer)> answers = [];

    /// <summary>The first answer to the request that this one repeats; null where it is the first.</summary>
    /// <exception cref="FakeError">CONFLICT: that one had another body.</exception>
    public T? Find<T>(FakeRequest request)
        where T : class
    {
        if (request.IdempotencyKey is null || !answers.TryGetValue(NameOf(request), out var first)
            || first.At <= request.Workspace.Now - Kept)
        {
            return null;
        }

        return first.BodyHash.AsSpan().SequenceEqual(SHA256.HashData(request.Body))
            ? (T)first.Answer
            : throw FakeErrors.IdempotencyKeyReused();
    }

    public void Keep(FakeRequest request, object answer)
    {
        if (request.IdempotencyKey is not null)
        {
            answers[NameOf(request)] = (SHA256.HashData(request.Body), request.Workspace.Now, answer);
        }
    }

    private static (string, string, string) NameOf(FakeRequest request) =>
        (request.Caller.Id, $"{request.Method} {request.Path}", request.IdempotencyKey!);
}
