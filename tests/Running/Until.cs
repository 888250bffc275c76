using System.Diagnostics;
using Xunit;

namespace Secronna.Tests.Running;

/// <summary>All waiting of tests: checks a condition again and again until it holds.</summary>
internal static class Until
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Most conditions hold within a few milliseconds. During a longer wait the pauses grow, to leave the processor to other work.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until the condition holds.</summary>
    /// <returns>
    /// The duration of the wait. If the condition does not hold within the patience, the test fails with <paramref name="what"/>.
    /// </returns>
    public static async Task<TimeSpan> HoldsAsync(string what, Func<Task<bool>> condition, TimeSpan? patience = null)
    {
        var started = Stopwatch.GetTimestamp();
        var pause = FirstPause;
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > (patience ?? Patience))
            {
                Assert.Fail($"waited {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s in vain: {what}");
            }

            await Task.Delay(pause);
            pause = pause * 1.25 < LongestPause ? pause * 1.25 : LongestPause;
        }

        return Stopwatch.GetElapsedTime(started);
    }

    public static Task<TimeSpan> HoldsAsync(string what, Func<bool> condition, TimeSpan? patience = null) =>
        HoldsAsync(what, () => Task.FromResult(condition()), patience);

    /// <summary>Waits for a fixed time, for tests in which the elapsed time itself is the condition.</summary>
    public static Task HasPassedAsync(TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        return HoldsAsync("time", () => Stopwatch.GetElapsedTime(started) >= time, time + Patience);
    }
}
