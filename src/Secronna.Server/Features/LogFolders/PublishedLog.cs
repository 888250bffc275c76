using System.Text;
using Secronna.Crypto.Trail;
using Secronna.Server.Installation;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.LogFolders;

/// <summary>A trail's log as far as its latest checkpoint covers it.</summary>
/// <param name="WorkspaceId">The workspace's id, or <see cref="EncodedEntry.Installation"/>.</param>
/// <param name="Identity">The installation's log keys.</param>
/// <param name="Checkpoint">The latest checkpoint. One of the keys has signed it.</param>
/// <param name="Note">The checkpoint's signed note.</param>
/// <param name="LastSequence">The number of the trail's last entry, which the checkpoint may not cover yet.</param>
internal sealed record PublishedLog(
    string WorkspaceId, LogIdentity Identity, Checkpoint Checkpoint, string Note, long LastSequence)
{
    /// <summary>The keys as verifiers write them (vkey), under the name of this log.</summary>
    public IEnumerable<string> KeyTexts =>
        Identity.Keys.Select(key => new VerifierKey(Checkpoint.Origin.ToString(), key.PublicKey).ToString());

    /// <summary>Finds the log of a trail. Returns <c>null</c> while it has no checkpoint.</summary>
    /// <param name="session">The session. All its statements must see one state of the database.</param>
    /// <param name="workspaceId">The workspace's id, or <see cref="EncodedEntry.Installation"/>.</param>
    /// <exception cref="TrailDamagedException">No log key of the installation has signed the checkpoint.</exception>
    public static async ValueTask<PublishedLog?> FindAsync(Session session, string workspaceId)
    {
        if ((await PublishedTree.FindAsync(session, workspaceId)).Checkpoint is not { } row
            || await LogIdentity.FindAsync(session) is not { } identity)
        {
            return null;
        }

        var checkpoint = Open(identity, workspaceId, Encoding.UTF8.GetBytes(row.Note));
        return checkpoint is not null && checkpoint.Size == row.Size && checkpoint.Origin.Epoch == row.Epoch
            ? new PublishedLog(
                workspaceId, identity, checkpoint, row.Note, (await TrailSegmentTable.FindEndAsync(session, workspaceId)).LastSequence)
            : throw new TrailDamagedException(
                $"the latest checkpoint, of {row.Size} entries, is not signed by this installation's log key");
    }

    /// <summary>Reads a checkpoint of this log, of any epoch. Returns <c>null</c> if none of the keys has signed it as such.</summary>
    public Checkpoint? Open(ReadOnlySpan<byte> note) => Open(Identity, WorkspaceId, note);

    private static Checkpoint? Open(LogIdentity identity, string workspaceId, ReadOnlySpan<byte> note)
    {
        if (!SignedNote.TryParse(note, out var signed) || !Checkpoint.TryParse(signed.Text, out var checkpoint)
            || checkpoint.Origin != identity.OriginOf(workspaceId, checkpoint.Origin.Epoch))
        {
            return null;
        }

        return identity.Keys.Any(key => signed.IsSignedBy(new VerifierKey(checkpoint.Origin.ToString(), key.PublicKey)))
            ? checkpoint
            : null;
    }
}
