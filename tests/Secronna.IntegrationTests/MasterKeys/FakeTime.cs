using Microsoft.Extensions.Time.Testing;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>Advances a fake clock.</summary>
internal static class FakeTime
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Advances the clock until the task has ended, in success or failure.</summary>
    /// <returns>How long the task took by that clock.</returns>
    public static async Task<TimeSpan> AdvanceUntilEndedAsync(FakeTimeProvider time, Task task)
    {
        var began = time.GetTimestamp();
        while (!task.IsCompleted)
        {
            time.Advance(Step);
            await Task.Yield();
        }

        return time.GetElapsedTime(began);
    }
}
