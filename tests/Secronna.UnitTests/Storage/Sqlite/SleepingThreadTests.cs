using Secronna.Storage.Sqlite;
using Xunit;

namespace Secronna.UnitTests.Storage.Sqlite;

/// <summary>The sleep of the writer while no unit waits for it.</summary>
public sealed class SleepingThreadTests : IDisposable
{
    private readonly SleepingThread thread = new();

    public void Dispose() => thread.Dispose();

    [Fact]
    public void A_wake_before_the_sleep_has_no_effect()
    {
        thread.Wake();
        Assert.False(thread.Sleep(TimeSpan.Zero, () => false));
    }

    [Fact]
    public void A_wake_ends_the_sleep()
    {
        Assert.True(thread.Sleep(Timeout.InfiniteTimeSpan, () => Wake(hasNews: false)));
        Assert.False(thread.Sleep(TimeSpan.Zero, () => false));
    }

    [Fact]
    public void A_thread_with_news_does_not_sleep() =>
        Assert.False(thread.Sleep(Timeout.InfiniteTimeSpan, () => true));

    [Fact]
    public void A_wake_that_comes_too_late_does_not_end_the_next_sleep()
    {
        Assert.True(thread.Sleep(Timeout.InfiniteTimeSpan, () => Wake(hasNews: true)));
        Assert.False(thread.Sleep(TimeSpan.Zero, () => false));
    }

    private bool Wake(bool hasNews)
    {
        thread.Wake();
        return hasNews;
    }
}
