namespace Secronna.Configuration;

/// <summary>Does something at every interval, never twice at once, until it is disposed of.</summary>
internal sealed class Poller : IDisposable
{
    private readonly PeriodicTimer timer;

    private Poller(PeriodicTimer timer) => this.timer = timer;

    /// <summary>Starts; the interval counts from now on.</summary>
    /// <param name="interval">How often.</param>
    /// <param name="time">The clock.</param>
    /// <param name="poll">What to do. It must not fail: that would be the end of it.</param>
    public static Poller Start(TimeSpan interval, TimeProvider time, Func<Task> poll)
    {
        var poller = new Poller(new PeriodicTimer(interval, time));

        // Polls are not part of whatever trace the start was.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => poller.RunAsync(poll));
        }

        return poller;
    }

    public void Dispose() => timer.Dispose();

    private async Task RunAsync(Func<Task> poll)
    {
        while (await timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            await poll().ConfigureAwait(false);
        }
    }
}
