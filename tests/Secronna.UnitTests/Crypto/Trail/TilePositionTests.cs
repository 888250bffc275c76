using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class TilePositionTests
{
    [Fact]
    public void A_tree_of_70000_leaves_has_the_tiles_that_the_specification_says() => Assert.Equal(
        [new(0, 273, 112), new(1, 1, 17), new(2, 0, 1)], TilePosition.UnfinishedIn(70_000));

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    [InlineData(65_536)]
    [InlineData(long.MaxValue)]
    public void Unfinished_tiles_are_in_their_tree_and_one_hash_more_is_not(long size)
    {
        var tiles = TilePosition.UnfinishedIn(size);
        Assert.Equal(size == 0, tiles.Count == 0);
        foreach (var tile in tiles)
        {
            Assert.Equal(tile, TilePosition.In(size, tile.Level, tile.Index));
            Assert.True(tile.IsIn(size));
            Assert.False(TilePosition.Exists(tile.Level, tile.Index, tile.Width + 1) && new TilePosition(tile.Level, tile.Index, tile.Width + 1).IsIn(size));
        }
    }

    [Fact]
    public void A_tile_is_in_exactly_the_trees_that_are_large_enough() =>
        Gen.Select(Gen.Int[0, 2], Gen.Long[0, 300], Gen.Int[1, 256]).Sample((level, index, width) =>
        {
            var tile = new TilePosition(level, index, width);
            var leaves = ((index * 256) + width) << (8 * level);
            Assert.True(tile.IsIn(leaves));
            Assert.False(tile.IsIn(leaves - 1));
            Assert.Equal(tile, TilePosition.In(leaves, level, index));
            Assert.Equal(256, TilePosition.In(long.MaxValue, level, index).Width);
        });

    [Fact]
    public void A_tile_without_hashes_and_one_outside_of_the_largest_tree_do_not_exist()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePosition.In(256, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePosition.In(255, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePosition.In(0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePosition.In(long.MaxValue, 8, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePosition.In(long.MaxValue, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePosition.In(long.MaxValue, 0, long.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePosition.UnfinishedIn(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TilePosition(-1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TilePosition(8, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TilePosition(0, -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TilePosition(0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TilePosition(0, 0, 257));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TilePosition(0, long.MaxValue, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TilePosition(7, 0, 128));
        Assert.Equal(127, new TilePosition(7, 0, 127).Width);
    }
}
