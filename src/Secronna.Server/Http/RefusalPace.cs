using System.Diagnostics;

namespace Secronna.Server.Http;

/// <summary>
/// Has answers that must not tell what exists (S23) go out when a set time has passed since their requests came, at ticks of
/// a clock that no request sets: whatever it took to find something or nothing, as long as it took less than that. The clock
/// stands still while there are none.
/// </summary>
internal sealed class RefusalPace
{
    /// <summary>Some ten times what a look-up takes, and little to whom it is answered. Tests that ask thousands of times do without.</summary>
    public TimeSpan Least { get; set; } = TimeSpan.FromMilliseconds(6);

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2);

    // So that the clock isn't set by the next one that waits for it.
    private static readonly TimeSpan GoesOnFor = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly List<(long Arrived, TaskCompletionSource Done)> waiting = [];
    private bool isTicking;

    /// <summary>Done with the first tick when the time has passed.</summary>
    /// <param name="arrived">When the request came, as <see cref="Stopwatch"/> has it.</param>
    public Task WaitAsync(long arrived)
    {
        if (Least == TimeSpan.Zero)
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
        using var timer = new PeriodicTimer(Tick);
        var lastUse = Stopwatch.GetTimestamp();
        while (await timer.WaitForNextTickAsync())
        {
            List<TaskCompletionSource> due;
            lock (gate)
            {
                if (waiting.Count == 0 && Stopwatch.GetElapsedTime(lastUse) > GoesOnFor)
                {
                    isTicking = false;
                    return;
                }

                lastUse = waiting.Count > 0 ? Stopwatch.GetTimestamp() : lastUse;
                due = TakeDue_NeedsLock();
            }

            due.ForEach(done => done.SetResult());
        }
    }

    private List<TaskCompletionSource> TakeDue_NeedsLock()
    {
        List<TaskCompletionSource> due = [];
        waiting.RemoveAll(it =>
        {
            var isDue = Stopwatch.GetElapsedTime(it.Arrived) >= Least;
            if (isDue)
            {
                due.Add(it.Done);
            }

            return isDue;
        });
        return due;
    }
}
