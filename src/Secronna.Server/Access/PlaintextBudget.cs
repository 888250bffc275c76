namespace Secronna.Server.Access;

/// <summary>
/// Bounds the memory that bodies, reveals and restores take together, and the share of it that each credential and workspace may
/// hold (S29, S31). Large requests can't take the last part of the memory, which is kept for small ones.
/// </summary>
/// <param name="bytes">The memory for all.</param>
/// <param name="perCredential">The most bytes of one credential; 0 means no limit.</param>
/// <param name="perWorkspace">The most bytes of one workspace; 0 means no limit.</param>
internal sealed class PlaintextBudget(long bytes, long perCredential, long perWorkspace)
{
    /// <summary>The most bytes that a small request takes: a value of the largest size, sealed and open.</summary>
    public const long SmallRequest = 4L * Protocol.Limits.ValueBytes;

    // The part of the memory that only small requests may use.
    private const int KeptPart = 8;

    private readonly Shares shares = new(perCredential, perWorkspace);
    private readonly long kept = bytes / KeptPart;
    private long left = bytes;

    /// <summary>A budget whose shares are those of the settings. Each share has room for the largest request.</summary>
    /// <param name="bytes">The memory for all.</param>
    /// <param name="largestRequest">The most bytes that one request takes.</param>
    /// <param name="limits">The settings.</param>
    public static PlaintextBudget Of(long bytes, long largestRequest, LimitSettings limits) => new(
        bytes, Share(bytes, largestRequest, limits.CredentialShare), Share(bytes, largestRequest, limits.WorkspaceShare));

    /// <summary>Takes a number of bytes. They are given back when the lease is disposed.</summary>
    /// <exception cref="RequestException">
    /// RATE_LIMITED: the caller's credential or workspace holds its share. UNAVAILABLE: too few bytes are left for all.
    /// </exception>
    public PlaintextLease Take(Caller caller, long count)
    {
        var lease = Lease(caller);
        lease.Grow(count);
        return lease;
    }

    /// <summary>A lease of nothing, for a request that takes memory step by step.</summary>
    public PlaintextLease Lease(Caller caller) => new(this, caller);

    internal void Take(Caller caller, long count, long held)
    {
        shares.Take(caller, count, "bytes of memory");
        if (Interlocked.Add(ref left, -count) < (held + count <= SmallRequest ? 0 : kept))
        {
            GiveBack(caller, count);
            throw Errors.Unavailable("too many large requests at once: try again");
        }
    }

    internal void GiveBack(Caller caller, long count)
    {
        Interlocked.Add(ref left, count);
        shares.GiveBack(caller, count);
    }

    private static long Share(long bytes, long largestRequest, int percent) =>
        percent == 0 ? 0 : Math.Max(largestRequest, Shares.Part(bytes, percent));
}

/// <summary>Bytes that one request holds of the budget. Disposing gives them back; disposing again does nothing.</summary>
internal sealed class PlaintextLease(PlaintextBudget budget, Caller caller) : IDisposable
{
    private long held;

    /// <summary>Takes more bytes. It must not run at the same time as <see cref="Dispose"/>.</summary>
    /// <exception cref="RequestException">RATE_LIMITED or UNAVAILABLE: nothing more was taken.</exception>
    public void Grow(long count)
    {
        budget.Take(caller, count, held);
        held += count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref held, 0) is > 0 and var count)
        {
            budget.GiveBack(caller, count);
        }
    }
}
