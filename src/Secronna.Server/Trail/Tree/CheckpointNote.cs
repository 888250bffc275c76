using System.Diagnostics.CodeAnalysis;
using System.Text;
using Secronna.Crypto.Trail;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Tree;

/// <summary>Reads the checkpoints of this installation. Their signatures are checked by verifiers.</summary>
internal static class CheckpointNote
{
    /// <summary>Reads the note of a checkpoint.</summary>
    public static bool TryRead(ReadOnlySpan<byte> note, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = SignedNote.TryParse(note, out var signed) && Checkpoint.TryParse(signed.Text, out var read) ? read : null;
        return checkpoint is not null;
    }

    /// <summary>Reads a checkpoint that is stored.</summary>
    /// <exception cref="TrailDamagedException">The note is damaged.</exception>
    public static Checkpoint Read(this TrailCheckpointRow row) => TryRead(Encoding.UTF8.GetBytes(row.Note), out var checkpoint)
        ? checkpoint
        : throw new TrailDamagedException($"the checkpoint of {row.Size} entries of the audit trail is damaged");
}
