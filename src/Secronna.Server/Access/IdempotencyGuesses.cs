namespace Secronna.Server.Access;

/// <summary>
/// Limits how often a credential may use an <c>Idempotency-Key</c> again with another body. The comparison with the first body
/// tells whether a value was guessed, so it is an oracle for whoever holds the credential. At the limit nothing is compared any
/// more: the right body gets no other answer than a wrong one. Thread-safe.
/// </summary>
internal sealed class IdempotencyGuesses(TimeProvider time)
{
    /// <summary>How many wrong bodies a credential may send in a minute, on each node.</summary>
    public const int MaxPerMinute = 10;

    private const int MaxIdleCallers = 1_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<RefusedCaller, (long Began, int Count)> wrong = [];

    /// <summary>Compares the body of a request with the first one. Counts it if it differs.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="isSame">Compares the bodies.</param>
    /// <returns><c>null</c> if the bodies are equal; otherwise the refusal, which the service must record and throw.</returns>
    public RequestException? Compare(Caller caller, Func<bool> isSame)
    {
        var key = new RefusedCaller(caller.WorkspaceId, caller.ActorType, caller.ActorId);
        // Under the lock, so that many requests at once can't all compare before one of them is counted.
        lock (gate)
        {
            var (began, count) = CurrentUnderLock(key);
            if (count >= MaxPerMinute)
            {
                return Errors.TooManyReuses(Window - time.GetElapsedTime(began));
            }

            if (isSame())
            {
                return null;
            }

            wrong[key] = (began, count + 1);
            return Errors.IdempotencyKeyReused();
        }
    }

    private (long Began, int Count) CurrentUnderLock(RefusedCaller caller)
    {
        if (wrong.Count >= MaxIdleCallers)
        {
            foreach (var (idle, state) in wrong.ToList())
            {
                if (time.GetElapsedTime(state.Began) >= Window)
                {
                    wrong.Remove(idle);
                }
            }
        }

        return wrong.TryGetValue(caller, out var current) && time.GetElapsedTime(current.Began) < Window
            ? current
            : (time.GetTimestamp(), 0);
    }
}
