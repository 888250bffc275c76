using Secronna.Crypto.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Tree;

/// <summary>The tree of a trail as far as the latest checkpoint covers it. Nothing beyond that is given to anybody.</summary>
/// <param name="Epoch">The epoch that the trail is in.</param>
/// <param name="Checkpoint">The latest checkpoint of that epoch; <c>null</c> where none was published yet.</param>
internal sealed record PublishedTree(TrailEpoch Epoch, TrailCheckpointRow? Checkpoint)
{
    /// <summary>
    /// Whether there is a tree to give. The tree of a new trail is empty. That of a trail that just began a new epoch is not, and has
    /// to wait for its checkpoint.
    /// </summary>
    public bool IsPublished => Checkpoint is not null || Epoch == TrailEpoch.First;

    /// <summary>The number of entries that are covered.</summary>
    public long Size => Checkpoint?.Size ?? 0;

    /// <summary>Finds the tree of a trail.</summary>
    public static async ValueTask<PublishedTree> FindAsync(Session session, string workspaceId)
    {
        var epoch = await TrailEpochTable.FindCurrentAsync(session, workspaceId);
        return new PublishedTree(epoch, await TrailCheckpointTable.FindLatestAsync(session, workspaceId, epoch.Number));
    }

    /// <summary>
    /// The signed note of the latest checkpoint. A trail without one has the checkpoint of the empty tree, which is the same
    /// whenever it is made.
    /// </summary>
    public string NoteBy(LogSigner signer, string workspaceId) =>
        (Checkpoint ?? signer.Sign(workspaceId, Epoch, 0, TreeHash.EmptyRoot)).Note;

    /// <summary>Makes the proof that an entry is in a tree of this trail. The tree must be covered and have the entry.</summary>
    /// <param name="session">The session. All its statements must see one state of the database.</param>
    /// <param name="workspaceId">The workspace of the trail.</param>
    /// <param name="sequence">The entry's number.</param>
    /// <param name="size">The number of entries of the tree.</param>
    /// <exception cref="TrailDamagedException">The entry is not as the checkpoint says, or something is missing.</exception>
    public async ValueTask<EntryProof> ProveAsync(Session session, string workspaceId, long sequence, long size)
    {
        byte[] entry = [];
        await CanonicalReader.ReadExactlyAsync(session, workspaceId, sequence, sequence + 1, canonical => entry = canonical.ToArray());
        var tiles = await TileReader.ReadAllAsync(session, workspaceId, InclusionProof.TilesFor(sequence - 1, size));
        var proof = new EntryProof(entry, InclusionProof.Make(sequence - 1, size, tiles));
        return size != Size || proof.Inclusion.Proves(proof.LeafHash, TreeHash.FromBytes(Checkpoint!.Root))
            ? proof
            : throw new TrailDamagedException($"the checkpoint of {size} entries does not cover entry {sequence} as it is stored");
    }
}

/// <summary>An entry and the proof that it is in a trail's tree.</summary>
/// <param name="Entry">The entry's canonical bytes.</param>
/// <param name="Inclusion">The proof.</param>
internal sealed record EntryProof(byte[] Entry, InclusionProof Inclusion)
{
    /// <summary>The hash of the entry as a leaf.</summary>
    public TreeHash LeafHash => TreeHasher.HashLeaf(Entry);
}
