using Secronna.Crypto.Trail;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.LogFolders;

/// <summary>Some neighbouring bundles of entries, as the database has them. Their number bounds the memory that an export takes.</summary>
/// <param name="Bundles">The bundles, each with the tile of level 0 that its hashes are.</param>
internal sealed record LogSlice(IReadOnlyList<(TilePosition Tile, byte[] Bundle)> Bundles)
{
    private const int MostBundles = 16;

    /// <summary>Reads the bundles that follow a tree, up to a size. The first one has the tree's unfinished tile from its start on.</summary>
    /// <exception cref="TrailDamagedException">An entry is missing or damaged.</exception>
    public static async ValueTask<LogSlice> ReadAsync(Database database, string workspaceId, long from, long size)
    {
        var bundles = new List<(TilePosition, byte[])>();
        for (var index = from / TilePosition.FullWidth; bundles.Count < MostBundles && index * TilePosition.FullWidth < size; index++)
        {
            var tile = TilePosition.In(size, level: 0, index);
            bundles.Add((tile, await database.ReadAsync(session => TileReader.ReadBundleAsync(session, workspaceId, tile))));
        }

        return new LogSlice(bundles);
    }
}
