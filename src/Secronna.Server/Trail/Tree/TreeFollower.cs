using System.Buffers;
using Secronna.Crypto.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Tree;

/// <summary>
/// Builds the Merkle trees of trails, and publishes a signed checkpoint each time that one has grown. Tiles, checkpoint and place
/// become durable together. So there is one checkpoint for each place, and each extends the one before (S33).
/// </summary>
internal sealed class TreeFollower(LogKeys keys, CheckpointMemory memory) : Follower
{
    /// <inheritdoc cref="Name"/>
    public const string FollowerName = "tree";

    /// <summary>The most entries of one checkpoint more than the checkpoint before. Bounds the memory and the transaction.</summary>
    public const int LargestSlice = 16_384;

    public override string Name => FollowerName;

    // A trail that is shorter than its tree is looked at too, so that the log says so.
    public override bool IsDue(FollowedTrail trail, TimeSpan quiet) => trail.LastSequence != trail.Place;

    // Another node may have published a checkpoint since.
    public override async ValueTask ObserveAsync(Database database, FollowedTrail trail, CancellationToken cancellation)
    {
        if (!memory.IsCurrent(trail))
        {
            await database.ReadSnapshotAsync((memory, trail.WorkspaceId), static async (session, state) =>
            {
                await state.memory.ObserveAsync(session, state.WorkspaceId);
                return true;
            }, cancellation);
        }
    }

    public override async Task FollowAsync(FollowerLease lease, CancellationToken cancellation)
    {
        var signer = await keys.SignerAsync();
        var (epoch, tree) = await lease.Database.ReadSnapshotAsync(
            lease, (session, lease) => RestoreAsync(session, lease), cancellation);
        while (!cancellation.IsCancellationRequested && await AppendAsync(lease, tree))
        {
            var checkpoint = signer.Sign(lease.WorkspaceId, epoch, tree.Size, tree.Root);
            await PublishAsync(lease, tree, signer, checkpoint);
            await memory.RememberAsync(lease.WorkspaceId, checkpoint);
        }
    }

    // What is stored fits the place only while no other node has moved it.
    private async ValueTask<(TrailEpoch Epoch, GrowingTree Tree)> RestoreAsync(Session session, FollowerLease lease)
    {
        if (await TrailFollowerTable.FindPlaceAsync(session, lease.WorkspaceId, FollowerName) != lease.Place)
        {
            throw new FollowerLostException();
        }

        await memory.RequireAsync(session, lease.WorkspaceId);
        var epoch = await TrailEpochTable.FindCurrentAsync(session, lease.WorkspaceId);
        return (epoch, await GrowingTree.RestoreAsync(session, lease.WorkspaceId, lease.Place));
    }

    /// <summary>Appends the next entries, a slice at most. Returns false where there are none.</summary>
    internal static async Task<bool> AppendAsync(FollowerLease lease, GrowingTree tree)
    {
        var hashes = new ArrayBufferWriter<byte>();
        var (first, end) = (lease.Place + 1, lease.Place + 1 + LargestSlice);
        for (long next = first, before = 0; next != before && next < end;)
        {
            before = next;
            next = await lease.Database.ReadAsync(session => CanonicalReader.ReadAsync(session, lease.WorkspaceId, before, end, entry =>
            {
                TreeHasher.HashLeaf(entry, hashes.GetSpan(TreeHash.Size)[..TreeHash.Size]);
                hashes.Advance(TreeHash.Size);
            }));
        }

        tree.Append(hashes.WrittenSpan);
        return hashes.WrittenCount > 0;
    }

    /// <summary>Stores the changed tiles and the checkpoint together with the new place.</summary>
    /// <exception cref="FollowerLostException">
    /// Another node has the follower, or another key signs now; nothing was kept.
    /// </exception>
    internal static async Task PublishAsync(FollowerLease lease, GrowingTree tree, LogSigner signer, TrailCheckpointRow checkpoint)
    {
        await lease.AdvanceAsync(checkpoint.Size, async transaction =>
        {
            await tree.StoreAsync(transaction, lease.WorkspaceId);
            if (!await signer.HoldAsync(transaction) || !await TrailCheckpointTable.PublishAsync(transaction, lease.WorkspaceId, checkpoint))
            {
                throw new FollowerLostException();
            }
        }, weight: 2);
        tree.ForgetStored();
    }
}
