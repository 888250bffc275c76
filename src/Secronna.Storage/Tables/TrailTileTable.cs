using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// The tiles of the trails' trees from level 1 upwards: the table <c>trail_tiles</c>. Level 0, the hashes of the entries, is not
/// stored: it is computed from the segments.
/// </summary>
public static class TrailTileTable
{
    /// <summary>Stores a tile, in place of the one with fewer hashes that there may be.</summary>
    public static async ValueTask PutAsync(
        Transaction transaction, string workspaceId, int level, long index, ReadOnlyMemory<byte> hashes)
    {
        await using var upsert = transaction.Prepare("""
            INSERT INTO trail_tiles (workspace_id, level, tile_index, hashes) VALUES ($1, $2, $3, $4)
            ON CONFLICT (workspace_id, level, tile_index) DO UPDATE SET hashes = excluded.hashes
            """);
        await upsert.Bind(workspaceId).Bind(level).Bind(index).Bind(hashes.Span).ExecuteAsync();
    }

    /// <summary>Finds the hashes of a tile, as many as there are. Returns <c>null</c> when the tile is not stored.</summary>
    public static async ValueTask<byte[]?> FindAsync(Session session, string workspaceId, int level, long index)
    {
        await using var query = session.Prepare(
            "SELECT hashes FROM trail_tiles WHERE workspace_id = $1 AND level = $2 AND tile_index = $3");
        return await query.Bind(workspaceId).Bind(level).Bind(index).ReadAsync() ? query.GetBlob(0) : null;
    }
}
