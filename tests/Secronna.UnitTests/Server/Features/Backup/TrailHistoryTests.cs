using Secronna.Crypto.Trail;
using Secronna.Server.Features.Backup;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.UnitTests.Server.Features.Backup;

/// <summary>Two databases of one installation share their entries up to where their histories part.</summary>
public sealed class TrailHistoryTests
{
    [Theory]
    [InlineData("7", "10", 7)]
    [InlineData("12 5@8", "10", 7)]
    [InlineData("10", "12 5@8", 7)]
    [InlineData("20 5@8", "30 5@8", 20)]
    [InlineData("20 5@8 6@16", "30 5@8 7@12", 11)]
    [InlineData("20", "15 5@8", 7)]
    public void What_is_shared_ends_where_either_begins_an_epoch_that_the_other_does_not_have(string one, string other, long shared)
    {
        Assert.Equal(shared, History(one).SharedWith(History(other)));
        Assert.Equal(shared, History(other).SharedWith(History(one)));
    }

    [Theory]
    [InlineData("7", "10", true)]
    [InlineData("10", "10", false)]
    [InlineData("10", "12 5@11", false)]
    [InlineData("10", "12 5@8", false)]
    [InlineData("7 5@6", "10", false)]
    public void A_history_is_behind_another_one_that_has_all_of_it_and_more_in_the_same_epoch(string one, string other, bool isBehind) =>
        Assert.Equal(isBehind, History(one).IsBehind(History(other)));

    [Theory]
    [InlineData("10", 1, 10, true)]
    [InlineData("10", 1, 11, false)]
    [InlineData("10", 2, 5, false)]
    [InlineData("10 5@8", 1, 20, true)]
    [InlineData("10 5@8", 5, 11, false)]
    public void A_checkpoint_is_covered_by_its_entries_or_by_a_later_epoch(string history, long epoch, long size, bool isCovered) =>
        Assert.Equal(isCovered, History(history).Covers(new Checkpoint(Origin.OfWorkspace("ins", "acc", epoch), size, TreeHash.EmptyRoot)));

    private static TrailHistory History(string text)
    {
        var parts = text.Split(' ');
        return new TrailHistory(Number(parts[0]), [.. parts[1..].Select(part => part.Split('@')).Select(part => new TrailEpoch(Number(part[0]), Number(part[1])))]);
    }

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
