namespace Secronna.Storage.Sqlite;

/// <summary>
/// Lets one thread sleep until another wakes it. Waking a thread that does not sleep has no effect and costs one read. No news is
/// missed: the thread says first that it sleeps, and then looks once more for news, while others make their news known first, and
/// then look whether it sleeps.
/// </summary>
internal sealed class SleepingThread : IDisposable
{
    private const int Awake = 0;
    private const int Asleep = 1;

    private readonly SemaphoreSlim signal = new(0);
    private int state;

    /// <summary>Ends the sleep. What the thread is to find must have been made known by an interlocked operation before.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref state) == Asleep && Interlocked.Exchange(ref state, Awake) == Asleep)
        {
            signal.Release();
        }
    }

    /// <summary>Sleeps until it is woken or the time is over. Does not sleep when there is news already.</summary>
    /// <returns>True when the thread was woken.</returns>
    public bool Sleep(TimeSpan maxWait, Func<bool> hasNews)
    {
        Interlocked.Exchange(ref state, Asleep);
        if (!hasNews() && signal.Wait(maxWait))
        {
            return true;
        }

        if (Interlocked.Exchange(ref state, Awake) == Asleep)
        {
            return false;
        }

        // The thread was woken just now. That signal must not end the next sleep.
        signal.Wait();
        return true;
    }

    public void Dispose() => signal.Dispose();
}
