using System.Buffers;
using Secronna.Crypto.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Tree;

/// <summary>
/// Reads tiles of a trail's tree. Those of level 0 are computed from the entries, because storing them would cost 32 bytes an entry.
/// All tiles must be covered by the tree that is stored.
/// </summary>
internal static class TileReader
{
    /// <summary>Reads the hashes of a tile, exactly as many as the position names.</summary>
    /// <exception cref="TrailDamagedException">The tile, or an entry that it is made of, is missing.</exception>
    public static async ValueTask<byte[]> ReadAsync(Session session, string workspaceId, TilePosition position)
    {
        if (position.Level == 0)
        {
            return await ReadLeavesAsync(session, workspaceId, position);
        }

        var stored = await TrailTileTable.FindAsync(session, workspaceId, position.Level, position.Index);
        return stored?.Length >= position.Size
            ? stored[..position.Size]
            : throw new TrailDamagedException($"tile {TilePath.Format(position)} of the audit trail's tree is missing");
    }

    /// <summary>Reads several tiles.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static async ValueTask<TileSource> ReadAllAsync(
        Session session, string workspaceId, IEnumerable<TilePosition> positions)
    {
        var tiles = new Dictionary<TilePosition, ReadOnlyMemory<byte>>();
        foreach (var position in positions)
        {
            tiles[position] = await ReadAsync(session, workspaceId, position);
        }

        return position => tiles[position];
    }

    /// <summary>Reads the bundle of the entries whose hashes are in a tile of level 0.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static async ValueTask<byte[]> ReadBundleAsync(Session session, string workspaceId, TilePosition position)
    {
        var bundle = new ArrayBufferWriter<byte>();
        await ReadEntriesAsync(session, workspaceId, position, entry => EntryBundle.Write(bundle, entry));
        return bundle.WrittenSpan.ToArray();
    }

    private static async ValueTask<byte[]> ReadLeavesAsync(Session session, string workspaceId, TilePosition position)
    {
        var hashes = new byte[position.Size];
        var written = 0;
        await ReadEntriesAsync(session, workspaceId, position, entry =>
        {
            TreeHasher.HashLeaf(entry, hashes.AsSpan(written, TreeHash.Size));
            written += TreeHash.Size;
        });
        return hashes;
    }

    private static ValueTask ReadEntriesAsync(Session session, string workspaceId, TilePosition position, CanonicalEntry take)
    {
        // The leaf with index 0 is the entry with sequence number 1.
        var first = (position.Index * TilePosition.FullWidth) + 1;
        return CanonicalReader.ReadExactlyAsync(session, workspaceId, first, first + position.Width, take);
    }
}
