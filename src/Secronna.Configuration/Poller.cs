namespace Secronna.Configuration;

/// <summary>Runs a poll at every interval until it is disposed of. Polls never overlap.</summary>
internal sealed class Poller : IDisposable
{
    private readonly PeriodicTimer timer;

    private Poller(PeriodicTimer timer) => this.timer = timer;

    /// <summary>Starts polling. The first poll runs after one interval.</summary>
    /// <param name="interval">The time between two polls.</param>
    /// <param name="time">The clock.</param>
    /// <param name="poll">The poll. It must not throw: an exception would end the polling.</param>
    public static Poller Start(TimeSpan interval, TimeProvider time, Func<Task> poll)
    {
        var poller = new Poller(new PeriodicTimer(interval, time));

        // Polls must not become part of the trace in which the application started.
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
