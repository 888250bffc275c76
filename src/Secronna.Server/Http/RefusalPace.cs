namespace Secronna.Server.Http;

/// <summary>
/// Has answers that must not tell what exists (S23) go out together, at ticks of a clock that no request sets: what it took
/// to find something, or nothing, is lost in the wait for the next tick. The clock stands still while there are none.
/// </summary>
internal sealed class RefusalPace
{
    /// <summary>A thousand times what there is to hide, and little to whom it is answered.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2);

    // So that the next one's wait isn't counted from its own arrival.
    private static readonly TimeSpan GoesOnFor = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private TaskCompletionSource next = New();
    private bool isTicking;
    private bool isWaitedFor;

    /// <summary>Done with the next tick.</summary>
    public Task NextTickAsync()
    {
        lock (gate)
        {
            isWaitedFor = true;
            if (!isTicking)
            {
                isTicking = true;
                _ = TickAsync();
            }

            return next.Task;
        }
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(Tick);
        for (var idle = TimeSpan.Zero; await timer.WaitForNextTickAsync();)
        {
            TaskCompletionSource? due = null;
            lock (gate)
            {
                idle = isWaitedFor ? TimeSpan.Zero : idle + Tick;
                if (isWaitedFor)
                {
                    (due, next, isWaitedFor) = (next, New(), false);
                }
                else if (idle >= GoesOnFor)
                {
                    isTicking = false;
                    return;
                }
            }

            due?.SetResult();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
