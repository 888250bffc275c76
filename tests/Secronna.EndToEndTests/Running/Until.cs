using System.Diagnostics;

namespace Secronna.EndToEndTests.Running;

/// <summary>The one place where tests wait: for a condition, looked at again and again.</summary>
internal static class Until
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until the condition holds and gives how long that took; fails with what it waited for.</summary>
    public static async Task<TimeSpan> HoldsAsync(string what, Func<Task<bool>> condition, TimeSpan? patience = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > (patience ?? Patience))
            {
                Assert.Fail($"waited {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s in vain: {what}");
            }

            await Task.Delay(Pause);
        }

        return Stopwatch.GetElapsedTime(started);
    }

    public static Task<TimeSpan> HoldsAsync(string what, Func<bool> condition, TimeSpan? patience = null) =>
        HoldsAsync(what, () => Task.FromResult(condition()), patience);

    /// <summary>Lets load run for so long: the length is the condition.</summary>
    public static Task HasPassedAsync(TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        return HoldsAsync("time", () => Stopwatch.GetElapsedTime(started) >= time, time + Patience);
    }
}
