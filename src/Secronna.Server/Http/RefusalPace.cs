using System.Diagnostics;

namespace Secronna.Server.Http;

/// <summary>
/// Delays answers that must not tell what exists (S23). An answer is sent at the first tick of a clock after a fixed delay. The
/// delay begins when the request arrives. The clock runs independently of requests. So the time of an answer does not depend on
/// the result of the look-up, as long as the look-up takes less than the delay. The clock stops when no answer has waited for
/// some seconds.
/// </summary>
internal sealed class RefusalPace
{
    /// <summary>
    /// The shortest time from a request's arrival to its answer. It is about ten times the duration of a look-up, and a caller
    /// does not notice it. Tests with thousands of requests set zero, which sends answers at once.
    /// </summary>
    public TimeSpan MinDelay { get; set; } = TimeSpan.FromMilliseconds(6);

    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(2);

    // The clock keeps running this long when no answer waits. Otherwise the next answer would start the clock, and its arrival
    // would determine the times of the ticks.
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly List<(long Arrived, TaskCompletionSource Done)> waiting = [];
    private bool isTicking;

    /// <summary>Waits for the first tick after <see cref="MinDelay"/> has passed.</summary>
    /// <param name="arrived">When the request arrived, as a timestamp of <see cref="Stopwatch"/>.</param>
    public Task WaitAsync(long arrived)
    {
        if (MinDelay == TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            waiting.Add((arrived, done));
            if (!isTicking)
            {
                isTicking = true;
                _ = TickAsync();
            }
        }

        return done.Task;
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TickInterval);
        var lastUse = Stopwatch.GetTimestamp();
        while (await timer.WaitForNextTickAsync())
        {
            List<TaskCompletionSource> due;
            lock (gate)
            {
                if (waiting.Count == 0 && Stopwatch.GetElapsedTime(lastUse) > IdleTime)
                {
                    isTicking = false;
                    return;
                }

                lastUse = waiting.Count > 0 ? Stopwatch.GetTimestamp() : lastUse;
                due = TakeDueUnderLock();
            }

            due.ForEach(done => done.SetResult());
        }
    }

    private List<TaskCompletionSource> TakeDueUnderLock()
    {
        List<TaskCompletionSource> due = [];
        waiting.RemoveAll(answer =>
        {
            var isDue = Stopwatch.GetElapsedTime(answer.Arrived) >= MinDelay;
            if (isDue)
            {
                due.Add(answer.Done);
            }

            return isDue;
        });
        return due;
    }
}
