using static Secronna.Server.Access.FairQueue;

namespace Secronna.Server.Access;

/// <summary>
/// Lets a bounded number of requests of one kind run at once (S31). The others wait in a <see cref="FairQueue"/>, so whoever
/// waits with many requests hardly delays those who wait with one.
/// </summary>
/// <param name="what">What the requests do, in the plural, for the messages.</param>
/// <param name="places">How many of them run at once.</param>
/// <param name="perCredential">The most that one credential may run; 0 means no limit.</param>
/// <param name="perWorkspace">The most that one workspace may run; 0 means no limit.</param>
/// <param name="time">The clock that measures how long a request waits.</param>
/// <param name="maxWaiting">How many requests of one credential may wait.</param>
/// <param name="holder">Whose share <paramref name="perCredential"/> is, for the messages.</param>
internal sealed class FairGate(
    string what, int places, int perCredential, int perWorkspace, TimeProvider time,
    int maxWaiting = FairGate.MaxWaiting, string holder = "credential")
{
    /// <summary>How many requests of one credential may wait, where the gate does not say otherwise.</summary>
    public const int MaxWaiting = 64;

    /// <summary>How long a request waits at most.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly FairQueue queue = new(places, perCredential, perWorkspace);

    /// <summary>A gate whose shares are those of the settings.</summary>
    /// <param name="what">What the requests do, in the plural, for the messages.</param>
    /// <param name="connections">
    /// How many connections of the database the requests may use. A quarter of them is kept for other requests.
    /// </param>
    /// <param name="limits">The settings.</param>
    /// <param name="time">The clock that measures how long a request waits.</param>
    public static FairGate Of(string what, int connections, LimitSettings limits, TimeProvider time)
    {
        var free = Math.Max(1, connections - Shares.Part(connections, 25));
        var places = limits.ReadsAtOnce == 0 ? free : Math.Min(free, limits.ReadsAtOnce);
        return new FairGate(
            what, places, Shares.Part(places, limits.CredentialShare), Shares.Part(places, limits.WorkspaceShare), time);
    }

    /// <summary>How many requests run at once.</summary>
    public int Places => places;

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
                throw Errors.ShareUsedUp(holder, maxWaiting, $"{what} waiting");
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
            var refusal = queue.IsCredentialFull(line) ? Errors.ShareUsedUp(holder, perCredential, $"{what} running")
                : queue.IsWorkspaceFull(line) ? Errors.ShareUsedUp("workspace", perWorkspace, $"{what} running")
                : Errors.Unavailable($"too many {what} at once: try again");
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
