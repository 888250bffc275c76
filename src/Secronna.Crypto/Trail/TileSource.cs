namespace Secronna.Crypto.Trail;

/// <summary>
/// Gives the hashes of a tile. They may be more than <see cref="TilePosition.Width"/>: of a tile that has grown since, the first
/// ones are used.
/// </summary>
/// <param name="position">The tile.</param>
public delegate ReadOnlyMemory<byte> TileSource(TilePosition position);

/// <summary>Takes a tile that was completed. It never changes again, so this is the time to store it.</summary>
/// <param name="position">The tile, which is full.</param>
/// <param name="hashes">Its 8,192 bytes. They must be copied, because the memory is used again after the call.</param>
public delegate void CompletedTile(TilePosition position, ReadOnlySpan<byte> hashes);

/// <summary>Tiles as a source gave them.</summary>
internal static class TileSourceReading
{
    /// <summary>Reads exactly the hashes of the position.</summary>
    /// <exception cref="ArgumentException">The source gave fewer hashes, or no whole number of them.</exception>
    public static ReadOnlyMemory<byte> Read(this TileSource source, TilePosition position)
    {
        var hashes = source(position);
        var isTile = hashes.Length >= position.Size && hashes.Length <= TilePosition.FullSize && hashes.Length % TreeHash.Size == 0;
        return isTile
            ? hashes[..position.Size]
            : throw new ArgumentException($"The tile at level {position.Level}, index {position.Index} isn't {position.Width} hashes.", nameof(source));
    }
}
