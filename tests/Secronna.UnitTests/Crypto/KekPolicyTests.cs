using CsCheck;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class KekPolicyTests
{
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(90);

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0, 4096, true)]
    [InlineData((1L << 30) - 2, 1, true)]
    [InlineData((1L << 30) - 1, 1, false)]
    [InlineData((1L << 30) - 4097, 4096, true)]
    [InlineData((1L << 30) - 4096, 4096, false)]
    [InlineData(1L << 30, 1, false)]
    [InlineData(0, (1 << 30) - 1, true)]
    [InlineData(0, 1 << 30, false)]
    [InlineData(0, int.MaxValue, false)]
    [InlineData(long.MaxValue, int.MaxValue, false)]
    [InlineData(-1, 1, false)]
    [InlineData(long.MinValue, int.MaxValue, false)]
    public void A_KEK_makes_fewer_than_two_to_the_thirty_wraps(long wrapsReserved, int count, bool may) =>
        Assert.Equal(may, MayReserve(wrapsReserved, count));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Reserving_no_wraps_is_an_argument_error(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => KekPolicy.ReservableBelow(count));

    [Fact]
    public void No_sequence_of_reservations_lets_a_KEK_make_two_to_the_thirty_wraps() =>
        Gen.OneOf(Gen.Int[1, 5_000], Gen.Int[1, int.MaxValue], Gen.Int[(1 << 28) - 2, (1 << 28) + 2]).Array[1, 60].Sample(counts =>
        {
            long wraps = 0;
            foreach (var count in counts.Where(count => MayReserve(wraps, count)))
            {
                wraps += count;
            }

            return wraps < 1L << 30;
        });

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(-1, false)]
    public void A_KEK_is_due_as_soon_as_it_reaches_the_age_limit(long ticks, bool isDue) =>
        Assert.Equal(isDue, KekPolicy.IsDue(0, Oldest + TimeSpan.FromTicks(ticks), Oldest));

    [Fact]
    public void Without_an_age_limit_no_KEK_is_too_old() =>
        Assert.False(KekPolicy.IsDue(0, TimeSpan.MaxValue, null));

    [Fact]
    public void A_KEK_made_in_the_future_counts_as_new() =>
        Assert.False(KekPolicy.IsDue(0, TimeSpan.FromMinutes(-5), TimeSpan.FromTicks(1)));

    [Theory]
    [InlineData((1L << 29) - 1, false)]
    [InlineData(1L << 29, true)]
    [InlineData(1L << 30, true)]
    [InlineData(long.MaxValue, true)]
    [InlineData(0, false)]
    [InlineData(-1, true)]
    [InlineData(long.MinValue, true)]
    public void A_KEK_is_due_at_half_of_its_wraps_and_when_their_number_is_impossible(long wraps, bool isDue)
    {
        Assert.Equal(isDue, KekPolicy.IsDue(wraps, TimeSpan.Zero, null));
        Assert.Equal(isDue, KekPolicy.IsDue(wraps, TimeSpan.Zero, Oldest));
    }

    [Fact]
    public void A_KEK_that_may_make_no_more_wraps_is_due() => Gen.Long.Sample(wraps =>
        MayReserve(wraps, 1) || KekPolicy.IsDue(wraps, TimeSpan.Zero, null));

    // The condition of the statement that reserves wraps.
    private static bool MayReserve(long wrapsReserved, int count) =>
        wrapsReserved >= 0 && wrapsReserved < KekPolicy.ReservableBelow(count);
}
