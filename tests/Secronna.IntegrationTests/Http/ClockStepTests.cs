using Microsoft.Extensions.Time.Testing;
using Secronna.Protocol;
using Secronna.Server.Features.Secrets;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>A clock that steps back after a commit delays the answer for so long only.</summary>
public sealed class ClockStepTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public static TheoryData<DateTimeOffset> FarAhead { get; } =
        [new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero), new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), DateTimeOffset.MaxValue];

    [Theory]
    [MemberData(nameof(FarAhead))]
    public async Task An_instant_far_ahead_is_waited_for_five_seconds_at_most(DateTimeOffset instant)
    {
        var pass = EnvironmentInstant.PassAsync(time, Instant.From(instant).Microseconds).AsTask();
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(pass.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await pass.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task An_instant_a_little_ahead_is_waited_for_until_the_clock_has_passed_it()
    {
        var pass = EnvironmentInstant.PassAsync(time, Instant.From(time.GetUtcNow().AddSeconds(2)).Microseconds).AsTask();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(pass.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await pass.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void An_instant_that_is_past_is_not_waited_for() =>
        Assert.True(EnvironmentInstant.PassAsync(time, Instant.From(time.GetUtcNow()).Microseconds - 1).AsTask().IsCompleted);
}
