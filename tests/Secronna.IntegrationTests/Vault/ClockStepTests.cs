using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Storage;
using Secronna.Protocol;
using Secronna.Server.Vault;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Vault;

/// <summary>
/// After a commit the answer waits until the clock has passed the change's instant, but only for a bounded time.
/// </summary>
[RunsAlone]
[DependsOnTransactions]
public sealed class ClockStepTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ObservedTimers timers = new();
    private TestStorage storage = null!;

    public static TheoryData<DateTimeOffset> FarAhead { get; } =
        [new DateTimeOffset(2026, 2, 1, 1, 0, 0, TimeSpan.Zero), new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), DateTimeOffset.MaxValue];

    public async ValueTask InitializeAsync() => storage = await TestStorage.CreateAsync();

    public ValueTask DisposeAsync() => storage.DisposeAsync();

    [Theory]
    [MemberData(nameof(FarAhead))]
    public async Task An_instant_far_ahead_of_the_clock_is_waited_for_about_five_seconds(DateTimeOffset instant)
    {
        var pass = PassAsync(Instant.From(instant).Microseconds);
        await timers.NextAsync();
        timers.Advance(TimeSpan.FromSeconds(5));
        Assert.False(pass.IsCompleted);
        timers.Advance(TimeSpan.FromSeconds(1));
        await pass.WaitAsync(Patience);
    }

    [Fact]
    public async Task An_instant_a_little_ahead_of_the_clock_is_waited_for_until_the_clock_has_passed_it()
    {
        var pass = PassAsync(storage.Now + 2_000_000);
        await timers.NextAsync();
        // The timer fires when the clock is exactly at the instant and has not passed it.
        await storage.AdvanceAsync(TimeSpan.FromSeconds(2));
        timers.Advance(TimeSpan.FromMilliseconds(2_001));
        await timers.NextAsync();
        Assert.False(pass.IsCompleted);
        await storage.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        timers.Advance(TimeSpan.FromMilliseconds(1));
        await pass.WaitAsync(Patience);
    }

    [Fact]
    public void An_instant_that_was_taken_from_the_clock_is_not_waited_for() => Assert.True(PassAsync(storage.Now).IsCompleted);

    private Task PassAsync(long instant) =>
        EnvironmentInstant.PassAsync(storage.Database, timers, new EnvironmentChange(instant, storage.Now, 0)).AsTask();

    /// <summary>A clock that tells a test when something begins to wait on it.</summary>
    private sealed class ObservedTimers : FakeTimeProvider
    {
        private readonly Channel<ITimer> made = Channel.CreateUnbounded<ITimer>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Assert.True(made.Writer.TryWrite(timer));
            return timer;
        }

        public async Task NextAsync() => await made.Reader.ReadAsync().AsTask().WaitAsync(Patience);
    }
}
