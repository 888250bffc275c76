namespace Secronna.Server.Access;

/// <summary>
/// Bounds the memory that all large bodies and reveals take together (S29). A request that would exceed the bound is refused, and
/// may be tried again.
/// </summary>
internal sealed class PlaintextBudget(long bytes)
{
    private long left = bytes;

    /// <summary>Takes a number of bytes from the budget. They are given back when the lease is disposed.</summary>
    /// <exception cref="RequestException">UNAVAILABLE: too few bytes are left.</exception>
    public IDisposable Take(long count)
    {
        if (Interlocked.Add(ref left, -count) >= 0)
        {
            return new Lease(this, count);
        }

        Interlocked.Add(ref left, count);
        throw Errors.Unavailable("too many large requests at once: try again");
    }

    private sealed class Lease(PlaintextBudget budget, long count) : IDisposable
    {
        private long held = count;

        public void Dispose() => Interlocked.Add(ref budget.left, Interlocked.Exchange(ref held, 0));
    }
}
