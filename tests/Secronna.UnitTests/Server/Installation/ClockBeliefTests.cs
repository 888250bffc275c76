using Secronna.Server.Installation;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.UnitTests.Server.Installation;

/// <summary>Which readings of the wall clock a node believes. All times are in microseconds.</summary>
public sealed class ClockBeliefTests
{
    private const long Second = 1_000_000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;

    private const long Start = 1_700_000_000 * Second;
    private const long Boot = 17 * Hour;

    private static ClockBelief Known => KnownClock.From(new ClockReading(Start, Boot));

    [Theory]
    [InlineData(0, true)]
    [InlineData(-5 * Minute, true)]
    [InlineData((-5 * Minute) - 1, false)]
    [InlineData(24 * Hour, true)]
    [InlineData((24 * Hour) + 1, false)]
    public void A_running_clock_may_go_back_by_5_minutes_and_ahead_by_24_hours_against_the_steady_clock(long step, bool isBelieved)
    {
        Assert.Equal(isBelieved, Believes(Known, step, after: 0));
        Assert.Equal(isBelieved, Believes(Known, step, after: 3 * Day));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-5 * Minute, true)]
    [InlineData((-5 * Minute) - 1, false)]
    [InlineData(90 * Day, true)]
    [InlineData((90 * Day) + 1, false)]
    public void At_the_start_the_clock_may_be_5_minutes_before_the_newest_entry_and_90_days_after_it(long distance, bool isBelieved) =>
        Assert.Equal(isBelieved, BelievesAtStart(Start + distance, newest: Start, accepted: null));

    [Fact]
    public void At_the_start_any_clock_is_believed_where_there_is_no_entry() => Assert.True(BelievesAtStart(Start, newest: 0, accepted: null));

    [Fact]
    public void A_clock_that_fitted_the_newest_entry_is_from_then_on_compared_with_the_steady_clock()
    {
        var belief = ClockBelief.AtStart(new ClockReading(Start, Boot), Start - Day, null).After(new ClockReading(Start, Boot));
        Assert.False(Believes(belief, -6 * Minute, after: 0));
        Assert.False(Believes(belief, 25 * Hour, after: 0));
    }

    [Theory]
    [InlineData(-5 * Minute, true)]
    [InlineData((-5 * Minute) - 1, false)]
    [InlineData(90 * Day, true)]
    [InlineData((90 * Day) + 1, false)]
    public void At_the_start_a_confirmation_takes_the_place_of_the_newest_entry_that_the_operator_knew_of(long distance, bool isBelieved) =>
        Assert.Equal(isBelieved, BelievesAtStart(
            Start + distance, newest: Start + (365 * Day), new ClockAcceptance(At: Start, Newest: Start + (365 * Day))));

    [Fact]
    public void At_the_start_a_confirmation_does_not_count_once_there_are_later_entries() =>
        Assert.False(BelievesAtStart(Start, newest: Start + Hour + 1, new ClockAcceptance(At: Start, Newest: Start + Hour)));

    [Fact]
    public void After_a_step_ahead_the_clock_may_not_go_back_to_where_it_was()
    {
        var ahead = Known.After(new ClockReading(Start + (23 * Hour), Boot));
        Assert.True(Believes(ahead, 23 * Hour, after: 0));
        Assert.False(Believes(ahead, 0, after: 0));
    }

    [Fact]
    public void Steps_ahead_add_up()
    {
        var ahead = Known.After(new ClockReading(Start + (13 * Hour), Boot));
        Assert.False(Believes(ahead, 26 * Hour, after: Minute));
    }

    [Fact]
    public void Steps_back_add_up()
    {
        var back = Known.After(new ClockReading(Start - (3 * Minute), Boot));
        Assert.True(Believes(back, -4 * Minute, after: Minute));
        Assert.False(Believes(back, -6 * Minute, after: Minute));
    }

    [Fact]
    public void After_a_small_step_back_the_way_ahead_is_counted_from_there()
    {
        var back = Known.After(new ClockReading(Start - (4 * Minute), Boot));
        Assert.False(Believes(back, (24 * Hour) - (3 * Minute), after: 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_drift_of_one_part_in_2000_never_adds_up_to_a_limit(int direction)
    {
        var belief = Known;
        for (var elapsed = Hour; elapsed < 3 * 365 * Day; elapsed += Hour)
        {
            var reading = new ClockReading(Start + elapsed + (direction * elapsed / 2_000), Boot + elapsed);
            Assert.True(belief.At(reading.Steady).Contains(reading.Wall));
            belief = belief.After(reading);
        }

        Assert.False(Believes(belief, (direction * 3L * 365 * Day / 2_000) - (6 * Minute), after: 3 * 365 * Day));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(5 * Minute, true)]
    [InlineData(-5 * Minute, true)]
    [InlineData((5 * Minute) + 1, false)]
    [InlineData((-5 * Minute) - 1, false)]
    public void A_confirmation_is_about_clocks_that_agree_within_5_minutes(long distance, bool isAboutIt) =>
        Assert.Equal(isAboutIt, ClockBelief.Confirms(new ClockAcceptance(Start, 0), Start + distance));

    [Fact]
    public void The_reason_names_what_the_clock_should_show()
    {
        Assert.Contains("2023-11-14T22:13:30Z", Known.Against(new ClockReading(Start - Hour, Boot + (10 * Second))), StringComparison.Ordinal);
        Assert.Contains("2023-11-14T22:13:30Z", Known.Against(new ClockReading(Start + (2 * Day), Boot + (10 * Second))), StringComparison.Ordinal);
        Assert.Contains("2023-11-14T22:13:20Z", new ClockAfterEntries(Start).Against(new ClockReading(0, Boot)), StringComparison.Ordinal);
    }

    // Whether a wall clock that was set by `step` is believed, some time after the start.
    private static bool Believes(ClockBelief belief, long step, long after) => belief.At(Boot + after).Contains(Start + after + step);

    private static bool BelievesAtStart(long wall, long newest, ClockAcceptance? accepted) =>
        ClockBelief.AtStart(new ClockReading(wall, Boot), newest, accepted).At(Boot).Contains(wall);
}
