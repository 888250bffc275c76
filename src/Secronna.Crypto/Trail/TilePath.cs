using System.Globalization;

namespace Secronna.Crypto.Trail;

/// <summary>
/// The paths of a log's files (C2SP tlog-tiles): <c>tile/&lt;level&gt;/&lt;index&gt;[.p/&lt;width&gt;]</c> for hashes and
/// <c>tile/entries/&lt;index&gt;[.p/&lt;width&gt;]</c> for entries. The index is written in groups of three digits, all but the
/// last behind an <c>x</c>: 1234067 is <c>x001/x234/067</c>. The width stands only where a tile isn't full.
/// </summary>
public static class TilePath
{
    private const string Tile = "tile/";
    private const string Entries = "entries/";
    private const string Partial = ".p/";
    private const int GroupSize = 1000;
    private const int LongestPath = 64;

    /// <summary>The path of a tile of hashes.</summary>
    public static string Format(TilePosition tile) => $"{Tile}{tile.Level}/{FormatIndex(tile.Index)}{FormatWidth(tile)}";

    /// <summary>The path of the entries whose hashes are in a tile of level 0.</summary>
    /// <exception cref="ArgumentException">The tile has another level.</exception>
    public static string FormatEntries(TilePosition tile) => tile.Level == 0
        ? $"{Tile}{Entries}{FormatIndex(tile.Index)}{FormatWidth(tile)}"
        : throw new ArgumentException("Only tiles of level 0 have entries.", nameof(tile));

    /// <summary>Reads the path of a tile of hashes. Each tile has exactly one path: any other spelling is refused.</summary>
    public static bool TryParse(string path, out TilePosition tile)
    {
        tile = default;
        if (path.Length > LongestPath || !path.StartsWith(Tile, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = path.AsSpan(Tile.Length);
        var slash = rest.IndexOf('/');
        return slash > 0 && TryNumber(rest[..slash], out var level) && level < TilePosition.Levels
            && TryPosition((int)level, rest[(slash + 1)..], out tile) && Format(tile) == path;
    }

    /// <summary>
    /// Reads the path of entries, and names the tile of level 0 that has their hashes. Each has exactly one path: any other
    /// spelling is refused.
    /// </summary>
    public static bool TryParseEntries(string path, out TilePosition tile)
    {
        tile = default;
        return path.Length <= LongestPath && path.StartsWith(Tile + Entries, StringComparison.Ordinal)
            && TryPosition(0, path.AsSpan(Tile.Length + Entries.Length), out tile) && FormatEntries(tile) == path;
    }

    // Takes spellings that aren't the right one too. The caller compares what it parsed with what it would have written.
    private static bool TryPosition(int level, ReadOnlySpan<char> rest, out TilePosition tile)
    {
        tile = default;
        var width = (long)TilePosition.FullWidth;
        var partial = rest.IndexOf(Partial);
        if (partial >= 0)
        {
            if (!TryNumber(rest[(partial + Partial.Length)..], out width))
            {
                return false;
            }

            rest = rest[..partial];
        }

        var isTile = TryNumber(rest.ToString().Replace("x", "", StringComparison.Ordinal).Replace("/", "", StringComparison.Ordinal), out var index)
            && width <= TilePosition.FullWidth && TilePosition.Exists(level, index, (int)width);
        tile = isTile ? new TilePosition(level, index, (int)width) : default;
        return isTile;
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, out long number) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string FormatIndex(long index)
    {
        var text = $"{index % GroupSize:D3}";
        while ((index /= GroupSize) > 0)
        {
            text = $"x{index % GroupSize:D3}/{text}";
        }

        return text;
    }

    private static string FormatWidth(TilePosition tile) => tile.IsFull ? "" : $"{Partial}{tile.Width}";
}
