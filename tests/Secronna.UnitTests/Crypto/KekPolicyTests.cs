using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class KekPolicyTests
{
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
        Assert.Equal(may, KekPolicy.MayReserve(wrapsReserved, count));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Reserving_nothing_is_a_mistake(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => KekPolicy.MayReserve(0, count));
}
