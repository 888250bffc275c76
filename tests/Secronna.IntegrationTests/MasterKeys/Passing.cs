using Microsoft.Extensions.Time.Testing;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>Lets a fake clock run.</summary>
internal static class Passing
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Until the task has ended, however it ends.</summary>
    /// <returns>How long it took by that clock.</returns>
    public static async Task<TimeSpan> UntilEndedAsync(FakeTimeProvider time, Task task)
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
