using static Secronna.Server.Access.FairQueue;

namespace Secronna.Server.Access;

/// <summary>
/// Lets a bounded number of heavy reads run at once (S31). The others wait in a <see cref="FairQueue"/>, so whoever waits with
/// many requests hardly delays those who wait with one.
/// </summary>
/// <param name="places">How many reads run at once.</param>
/// <param name="perCredential">The most reads of one credential; 0 means no limit.</param>
/// <param name="perWorkspace">The most reads of one workspace; 0 means no limit.</param>
/// <param name="time">The clock that measures how long a request waits.</param>
/// <param name="maxWaiting">How many requests of one credential may wait.</param>
internal sealed class FairGate(
    int places, int perCredential, int perWorkspace, TimeProvider time, int maxWaiting = FairGate.MaxWaiting)
{
    /// <summary>How many heavy reads of one credential may wait.</summary>
    public const int MaxWaiting = 64;

    /// <summary>How long a request waits at most.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly FairQueue queue = new(places, perCredential, perWorkspace);

    /// <summary>A gate whose shares are those of the settings.</summary>
    /// <param name="readers">The most reads that the database does at once. A quarter of them is kept for other reads.</param>
    /// <param name="limits">The settings.</param>
    /// <param name="time">The clock that measures how long a request waits.</param>
    public static FairGate Of(int readers, LimitSettings limits, TimeProvider time)
    {
        var free = Math.Max(1, readers - Shares.Part(readers, 25));
        var places = limits.ReadsAtOnce == 0 ? free : Math.Min(free, limits.ReadsAtOnce);
        return new FairGate(
            places, Shares.Part(places, limits.CredentialShare), Shares.Part(places, limits.WorkspaceShare), time);
    }

    /// <summary>Waits for a place. Disposing of the result frees it.</summary>
    /// <exception cref="ShareUsedUpException">
    /// RATE_LIMITED: too many requests of the credential wait, or this one waited too long for a place of its share.
    /// </exception>
    /// <exception cref="RequestException">UNAVAILABLE: this one waited too long while others had all places.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public ValueTask<Place> EnterAsync(CredentialKey key, CancellationToken cancellation)
    {
        CredentialLine line;
        TaskCompletionSource waiter;
        lock (gate)
        {
            line = queue.LineOf(key);
            if (queue.TryTake(line))
            {
                return new(new Place(this, line));
            }

            if (line.Waiting.Count >= maxWaiting)
            {
                throw Errors.ShareUsedUp("credential", maxWaiting, "reads waiting");
            }

            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            queue.Wait(line, waiter);
        }

        return WaitAsync(line, waiter, cancellation);
    }

    private async ValueTask<Place> WaitAsync(CredentialLine line, TaskCompletionSource waiter, CancellationToken cancellation)
    {
        try
        {
            await waiter.Task.WaitAsync(MaxWait, time, cancellation);
            return new Place(this, line);
        }
        catch (TimeoutException)
        {
            throw GiveUp(line, waiter);
        }
        catch (OperationCanceledException)
        {
            GiveUp(line, waiter);
            throw;
        }
    }

    private RequestException GiveUp(CredentialLine line, TaskCompletionSource waiter)
    {
        lock (gate)
        {
            var refusal = queue.IsCredentialFull(line) ? Errors.ShareUsedUp("credential", perCredential, "reads running")
                : queue.IsWorkspaceFull(line) ? Errors.ShareUsedUp("workspace", perWorkspace, "reads running")
                : Errors.Unavailable("too many reads at once: try again");
            if (waiter.Task.IsCompleted)
            {
                // The place was given at the moment when the waiter gave up.
                queue.GiveBack(line);
            }
            else
            {
                queue.Remove(line, waiter);
            }

            return refusal;
        }
    }

    private void Leave(CredentialLine line)
    {
        lock (gate)
        {
            queue.GiveBack(line);
        }
    }

    /// <summary>A place that is in use.</summary>
    internal readonly struct Place(FairGate gate, CredentialLine line) : IDisposable
    {
        // The default is the place of whoever needs none.
        public void Dispose() => gate?.Leave(line);
    }
}
