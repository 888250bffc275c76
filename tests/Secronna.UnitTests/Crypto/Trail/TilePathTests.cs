using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class TilePathTests
{
    [Fact]
    public void Paths_are_those_of_the_vectors_and_are_read_back()
    {
        Assert.NotEmpty(ReferenceVectors.Tree.Paths);
        foreach (var vector in ReferenceVectors.Tree.Paths)
        {
            var tile = new TilePosition(vector.Level, vector.Index, vector.WidthInTile());
            var bundle = new TilePosition(0, vector.Index, vector.WidthInTile());
            Assert.Equal(vector.Tile, TilePath.Format(tile));
            Assert.Equal(vector.Entries, TilePath.FormatEntries(bundle));
            Assert.True(TilePath.TryParse(vector.Tile, out var parsed) && parsed == tile);
            Assert.True(TilePath.TryParseEntries(vector.Entries, out var parsedBundle) && parsedBundle == bundle);
        }
    }

    [Fact]
    public void Any_tile_is_read_back_from_its_path() => Positions().Sample(tile =>
    {
        Assert.True(TilePath.TryParse(TilePath.Format(tile), out var parsed));
        Assert.Equal(tile, parsed);
        Assert.False(TilePath.TryParseEntries(TilePath.Format(tile), out _));
    });

    [Fact]
    public void A_changed_path_is_refused_or_is_the_one_path_of_another_tile() =>
        Gen.Select(Positions(), Gen.Int[0, 63], Gen.Char[" /0189exp.-+%\\\0\u0660"], Gen.Bool).Sample((tile, at, character, isInserted) =>
        {
            var path = TilePath.Format(tile);
            var start = Math.Min(at, path.Length - 1);
            var changed = isInserted ? path.Insert(start, character.ToString()) : path[..start] + character + path[(start + 1)..];
            Assert.True(
                !TilePath.TryParse(changed, out var parsed) || (TilePath.Format(parsed) == changed && (parsed != tile || changed == path)));
        }, iter: 5000);

    [Theory]
    [InlineData("")]
    [InlineData("tile/")]
    [InlineData("tile/0")]
    [InlineData("tile/0/")]
    [InlineData("/tile/0/000")]
    [InlineData("tile/00/000")]
    [InlineData("tile/-1/000")]
    [InlineData("tile/8/000")]
    [InlineData("tile/64/000")]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/0000")]
    [InlineData("tile/0/000/")]
    [InlineData("tile/0/x000/000")]
    [InlineData("tile/0/001/000")]
    [InlineData("tile/0/x001/x000")]
    [InlineData("tile/0/x001")]
    [InlineData("tile/0/X001/000")]
    [InlineData("tile/0/x1/000")]
    [InlineData("tile/0/x001//000")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/000.p/")]
    [InlineData("tile/0/000.p")]
    [InlineData("tile/0/000.p/1.p/1")]
    [InlineData("tile/0/000.p/99999999999999999999")]
    [InlineData("tile/0/000.p/4294967297")]
    [InlineData("tile/0/x036/x028/x797/x018/x963/968")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/7/001")]
    [InlineData("tile/7/000")]
    [InlineData("tile/entries/000")]
    public void What_is_not_the_path_of_a_tile_is_refused(string path) => Assert.False(TilePath.TryParse(path, out _));

    [Theory]
    [InlineData("tile/0/000")]
    [InlineData("tile/entries/")]
    [InlineData("tile/entries/0")]
    [InlineData("tile/entries/x000/000")]
    [InlineData("tile/entries/000.p/256")]
    [InlineData("tile/entries/000.p/0")]
    public void What_is_not_the_path_of_entries_is_refused(string path) => Assert.False(TilePath.TryParseEntries(path, out _));

    [Fact]
    public void A_tile_of_a_higher_level_has_no_entries() =>
        Assert.Throws<ArgumentException>(() => TilePath.FormatEntries(new TilePosition(1, 0, 1)));

    private static Gen<TilePosition> Positions() =>
        from level in Gen.Int[0, 5]
        from bits in Gen.Int[0, 54 - (8 * level)]
        from index in Gen.Long[0, 1L << bits]
        from width in Gen.Int[1, 256]
        where TilePosition.Exists(level, index, width)
        select new TilePosition(level, index, width);
}
