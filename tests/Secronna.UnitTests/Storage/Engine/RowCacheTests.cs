using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.UnitTests.Storage.Engine;

/// <summary>The bounds of the cache of rows.</summary>
public sealed class RowCacheTests
{
    private const int RowsThatFit = 10;
    private const int RowBytes = 100;

    private readonly RowCache rows = new(RowsThatFit * RowBytes);

    [Fact]
    public void A_row_is_found_until_the_cache_is_cleared()
    {
        Add("a");
        Assert.Equal("row a", rows.Find("a"));
        Assert.Null(rows.Find("b"));
        rows.Clear();
        Assert.Null(rows.Find("a"));
        Assert.Equal(0, rows.Count);
    }

    [Fact]
    public void The_rows_never_take_more_than_the_limit()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Add($"{i}");
            rows.Find($"{i - 6}");
            Assert.InRange(rows.Count, 1, RowsThatFit);
        }
    }

    [Fact]
    public void A_row_that_is_read_often_stays_while_others_come_and_go()
    {
        Add("often");
        for (var i = 0; i < 1_000; i++)
        {
            Add($"{i}");
            Assert.Equal("row often", rows.Find("often"));
        }

        Assert.Null(rows.Find("0"));
    }

    [Fact]
    public void A_row_that_is_too_large_is_not_kept()
    {
        Add("a");
        rows.Add("large", "row large", RowsThatFit * RowBytes);
        Assert.Null(rows.Find("large"));
        Assert.Equal("row a", rows.Find("a"));
    }

    private void Add(string id) => rows.Add(id, $"row {id}", RowBytes);
}
