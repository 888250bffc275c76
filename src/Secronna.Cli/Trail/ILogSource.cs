using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>Where the files of a log come from. Nothing that it gives is verified yet.</summary>
internal interface ILogSource
{
    /// <summary>The name in messages of the file with a path.</summary>
    string NameOf(string path);

    /// <summary>Reads the latest checkpoint, a signed note.</summary>
    Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(CancellationToken cancellation);

    /// <summary>
    /// Reads a tile of hashes, or a bundle of entries. In place of a partial one that isn't there any more, a wider one of the same
    /// index is given.
    /// </summary>
    /// <param name="tile">The tile; for a bundle, the tile of level 0 that has its hashes.</param>
    /// <param name="kind">What to read.</param>
    /// <param name="cancellation">Stops reading.</param>
    Task<LogFile> ReadAsync(TilePosition tile, LogFileKind kind, CancellationToken cancellation);
}
