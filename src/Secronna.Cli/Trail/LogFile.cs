using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>A file of a log as it was read.</summary>
/// <param name="Name">The file's name in messages.</param>
/// <param name="Tile">The tile that was read, which may be wider than the one that was asked for.</param>
/// <param name="Bytes">The contents.</param>
internal readonly record struct LogFile(string Name, TilePosition Tile, ReadOnlyMemory<byte> Bytes);

/// <summary>The kinds of a log's files that a tile's position names.</summary>
/// <param name="PathOf">The path of a file of this kind (C2SP tlog-tiles).</param>
/// <param name="Longest">The most bytes that such a file has.</param>
internal sealed record LogFileKind(Func<TilePosition, string> PathOf, int Longest)
{
    /// <summary>The most bytes that any file of a log has: those of a bundle of the longest entries.</summary>
    public const int LongestBundle = TilePosition.FullWidth * (sizeof(ushort) + EntryBundle.LargestEntry);

    /// <summary>Tiles of hashes.</summary>
    public static LogFileKind Hashes { get; } = new(TilePath.Format, TilePosition.FullSize);

    /// <summary>Bundles of entries.</summary>
    public static LogFileKind Entries { get; } = new(TilePath.FormatEntries, LongestBundle);
}
