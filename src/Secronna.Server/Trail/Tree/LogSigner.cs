using Secronna.Crypto.Trail;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Tree;

/// <summary>
/// Signs checkpoints of the installation's logs. Whoever calls it has made sure that the tree extends all trees of this epoch that
/// were signed before (S33).
/// </summary>
internal sealed class LogSigner(LogIdentity identity, LogKey key) : IDisposable
{
    /// <summary>The key's number.</summary>
    public int KeyNumber { get; } = identity.Current.Number;

    /// <summary>Holds the key until the transaction ends. Returns false if another key signs now.</summary>
    public ValueTask<bool> HoldAsync(Transaction transaction) => LogKeyTable.HoldAsync(transaction, KeyNumber);

    /// <summary>Signs the state of a trail's tree.</summary>
    /// <param name="workspaceId">The workspace's id, or that of the installation's own trail.</param>
    /// <param name="epoch">The epoch that the trail is in.</param>
    /// <param name="size">The number of entries.</param>
    /// <param name="root">The root of the tree over these entries.</param>
    public TrailCheckpointRow Sign(string workspaceId, TrailEpoch epoch, long size, TreeHash root)
    {
        var note = new Checkpoint(identity.OriginOf(workspaceId, epoch.Number), size, root).Sign(key);
        return new TrailCheckpointRow(epoch.Number, size, root.ToArray(), note.ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}
