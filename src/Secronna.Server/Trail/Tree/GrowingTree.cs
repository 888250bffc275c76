using Secronna.Crypto.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Tree;

/// <summary>
/// The tree of a trail while entries are appended to it, and the tiles that this has changed. It is restored from what is stored, and
/// only continued if it then has the root that the latest checkpoint says (S33).
/// </summary>
internal sealed class GrowingTree
{
    private readonly List<(TilePosition Position, byte[] Hashes)> completed = [];
    private readonly TreeBuilder builder;
    private IReadOnlyList<TilePosition> stored;

    private GrowingTree(long size, TileSource unfinished)
    {
        stored = TilePosition.UnfinishedIn(size);
        builder = TreeBuilder.Restore(size, unfinished, Complete);
    }

    /// <summary>The number of entries.</summary>
    public long Size => builder.Size;

    /// <summary>The root of the tree.</summary>
    public TreeHash Root => builder.Root();

    /// <summary>Restores the tree of the entries up to a place.</summary>
    /// <param name="session">The session. All its statements must see one state of the database.</param>
    /// <param name="workspaceId">The workspace of the trail.</param>
    /// <param name="size">The number of entries that the tree has.</param>
    /// <exception cref="TrailDamagedException">The trail, the tiles and the latest checkpoint do not belong together.</exception>
    public static async ValueTask<GrowingTree> RestoreAsync(Session session, string workspaceId, long size)
    {
        var end = (await TrailSegmentTable.FindEndAsync(session, workspaceId)).LastSequence;
        if (end < size)
        {
            throw new TrailDamagedException($"the audit trail ends at entry {end}, and its tree has {size} entries already");
        }

        var latest = await TrailCheckpointTable.FindLatestAsync(session, workspaceId);
        RequireSize(latest, size);
        var unfinished = await TileReader.ReadAllAsync(session, workspaceId, TilePosition.UnfinishedIn(size));
        var tree = new GrowingTree(size, unfinished);
        return latest is null || tree.Root.ToArray().AsSpan().SequenceEqual(latest.Root)
            ? tree
            : throw new TrailDamagedException($"the audit trail's tree of {size} entries has another root than the checkpoint says");
    }

    /// <summary>Makes the tree of all entries of a trail, also of those that the follower has not reached yet.</summary>
    /// <inheritdoc cref="RestoreAsync"/>
    public static async ValueTask<GrowingTree> OfWholeTrailAsync(Session session, string workspaceId)
    {
        var place = await TrailFollowerTable.FindPlaceAsync(session, workspaceId, TreeFollower.FollowerName);
        var tree = await RestoreAsync(session, workspaceId, place);
        for (long next = place + 1, before = 0; next != before;)
        {
            before = next;
            next = await CanonicalReader.ReadAsync(
                session, workspaceId, before, long.MaxValue, entry => tree.Append(TreeHasher.HashLeaf(entry).ToArray()));
        }

        return tree;
    }

    /// <summary>Appends the hashes of entries.</summary>
    public void Append(ReadOnlySpan<byte> leafHashes) => builder.Append(leafHashes);

    /// <summary>Stores the tiles from level 1 upwards that have changed since the tree was restored or stored.</summary>
    public async ValueTask StoreAsync(Transaction transaction, string workspaceId)
    {
        foreach (var (position, hashes) in completed.Concat(Unfinished()))
        {
            await TrailTileTable.PutAsync(transaction, workspaceId, position.Level, position.Index, hashes);
        }
    }

    /// <summary>Must be called once the transaction of <see cref="StoreAsync"/> is durable.</summary>
    public void ForgetStored()
    {
        completed.Clear();
        stored = TilePosition.UnfinishedIn(Size);
    }

    // Each place that a follower reached has its checkpoint. Sequence and tree go on when an epoch begins.
    private static void RequireSize(TrailCheckpointRow? latest, long size)
    {
        if ((latest?.Size ?? 0) != size)
        {
            throw new TrailDamagedException(
                $"the audit trail's tree has {size} entries, and its latest checkpoint has {latest?.Size ?? 0}");
        }
    }

    private IEnumerable<(TilePosition Position, byte[] Hashes)> Unfinished() => TilePosition.UnfinishedIn(Size).Except(stored)
        .Where(position => position.Level > 0)
        .Select(position => (position, builder.UnfinishedTile(position.Level).ToArray()));

    private void Complete(TilePosition position, ReadOnlySpan<byte> hashes)
    {
        if (position.Level > 0)
        {
            completed.Add((position, hashes.ToArray()));
        }
    }
}
