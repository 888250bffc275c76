using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Secronna.Crypto.Trail;

/// <summary>
/// What a log commits itself to: that at this size its tree has this root (C2SP tlog-checkpoint). Its text has three lines, each
/// ended by a line feed: the origin, the size in decimal, the root in base64.
/// </summary>
/// <param name="Origin">The log.</param>
/// <param name="Size">The number of leaves.</param>
/// <param name="Root">The root of the tree.</param>
public sealed record Checkpoint(Origin Origin, long Size, TreeHash Root)
{
    /// <summary>The text that is signed.</summary>
    public override string ToString() =>
        $"{Origin}\n{Size.ToString(CultureInfo.InvariantCulture)}\n{Base64Text.Encode(Root.ToArray())}\n";

    /// <summary>
    /// Reads a checkpoint's text. Each checkpoint has exactly one text: another spelling of the size or the root, and lines behind
    /// the root, are refused. So is an empty tree with another root than <see cref="TreeHash.EmptyRoot"/>.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = text.Split('\n') is [var line, var digits, var base64, ""]
            && Origin.TryParse(line, out var origin)
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && Base64Text.TryDecode(base64, out var root) && root.Length == TreeHash.Size
            && new Checkpoint(origin, size, TreeHash.FromBytes(root)) is var read && read.IsPossible && read.ToString() == text ? read : null;
        return checkpoint is not null;
    }

    /// <summary>
    /// Reads a signed checkpoint. It is refused unless this key has signed it, and the key's name is the checkpoint's origin.
    /// </summary>
    public static bool TryOpen(ReadOnlySpan<byte> note, VerifierKey key, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = SignedNote.TryParse(note, out var signed) && signed.IsSignedBy(key)
            && TryParse(signed.Text, out var read) && read.Origin.ToString() == key.Name ? read : null;
        return checkpoint is not null;
    }

    /// <summary>
    /// Signs the checkpoint. For one origin, each checkpoint that is signed must extend those that were signed before: whoever
    /// calls this has made sure of it (S33).
    /// </summary>
    /// <exception cref="InvalidOperationException">The size is negative, or the tree is empty and has another root than the empty one.</exception>
    public SignedNote Sign(LogKey key) => IsPossible
        ? SignedNote.Sign(ToString(), Origin, key)
        : throw new InvalidOperationException("No tree has this size and root.");

    private bool IsPossible => Size > 0 || (Size == 0 && Root == TreeHash.EmptyRoot);
}
