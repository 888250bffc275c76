using System.Diagnostics;

namespace Secronna.Server.Http;

/// <summary>
/// Delays answers that must not tell what exists (S23). Each is sent a fixed time after its request arrived, at a tick of a clock
/// that no request starts. So the time of an answer does not depend on what was found, as long as finding it took less than that
/// time. The clock stops when no answer has waited for some seconds.
/// </summary>
internal sealed class RefusalPace
{
    /// <summary>
    /// The time from a request's arrival to its answer, at least: about ten times what a look-up takes, and unnoticeable to a
    /// caller. Zero sends answers at once, for tests with thousands of requests.
    /// </summary>
    public TimeSpan MinDelay { get; set; } = TimeSpan.FromMilliseconds(6);

    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(2);

    // The clock runs on without waiting answers, so that the next one does not start it and thereby set its ticks.
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly List<(long Arrived, TaskCompletionSource Done)> waiting = [];
    private bool isTicking;

    /// <summary>Waits for the first tick after the time has passed.</summary>
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
