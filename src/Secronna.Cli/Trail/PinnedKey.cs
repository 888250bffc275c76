using System.Diagnostics.CodeAnalysis;
using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>
/// The public key that a verifier trusts, and the log that it was pinned for. The key signs the checkpoints of all logs of that
/// log's installation, and of all their epochs.
/// </summary>
internal sealed class PinnedKey
{
    private readonly VerifierKey key;

    private PinnedKey(VerifierKey key, Origin origin) => (this.key, Origin) = (key, origin);

    /// <summary>The log that the key was pinned for.</summary>
    public Origin Origin { get; }

    /// <summary>The public key, in hex.</summary>
    public string PublicKey => Convert.ToHexStringLower(key.PublicKey.Span);

    /// <summary>Reads the text of a verifier's key (<c>vkey</c>), whose name must be the origin of a log of Secronna.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PinnedKey? pinned)
    {
        pinned = VerifierKey.TryParse(text, out var key) && Origin.TryParse(key.Name, out var origin) ? new PinnedKey(key, origin) : null;
        return pinned is not null;
    }

    /// <summary>The log that a note claims to be a checkpoint of. Nobody has verified that.</summary>
    /// <exception cref="TrailMismatchException">The note isn't a signed note of a log of Secronna.</exception>
    public static Origin OriginOf(ReadOnlySpan<byte> note) =>
        SignedNote.TryParse(note, out var signed) && Origin.TryParse(signed.Text.Split('\n')[0], out var origin)
            ? origin
            : throw new TrailMismatchException("the checkpoint isn't a signed note of a log of Secronna");

    /// <summary>Reads a checkpoint that this key has signed.</summary>
    /// <param name="note">The signed note.</param>
    /// <param name="ofWorkspace">A key that was given by hand, whose workspace's log it must be; <c>null</c> for any workspace's.</param>
    /// <exception cref="TrailMismatchException">The note isn't a checkpoint of this installation that this key has signed.</exception>
    public Checkpoint Open(ReadOnlySpan<byte> note, PinnedKey? ofWorkspace)
    {
        // The origin only says under which name the key must have signed.
        var origin = RequireInstallation(note);
        if (!Checkpoint.TryOpen(note, new VerifierKey(origin.ToString(), key.PublicKey.Span), out var checkpoint))
        {
            throw new TrailMismatchException($"the checkpoint of {origin} isn't signed by the pinned key");
        }

        return ofWorkspace is null || checkpoint.Origin.Workspace == ofWorkspace.Origin.Workspace
            ? checkpoint
            : throw new TrailMismatchException($"the checkpoint is of {checkpoint.Origin}, but the key is that of {ofWorkspace.Origin}");
    }

    /// <summary>Requires that a note is of this key's installation. Returns the log that it claims to be of.</summary>
    /// <exception cref="TrailMismatchException">It is of another installation, or isn't a note.</exception>
    public Origin RequireInstallation(ReadOnlySpan<byte> note)
    {
        var origin = OriginOf(note);
        return origin.Installation == Origin.Installation ? origin : throw new TrailMismatchException(
            $"the checkpoint is of installation {origin.Installation}, but the pinned key is of installation {Origin.Installation}");
    }

    /// <summary>Whether this key has signed a checkpoint.</summary>
    public bool HasSigned(ReadOnlySpan<byte> note) =>
        Checkpoint.TryOpen(note, new VerifierKey(OriginOf(note).ToString(), key.PublicKey.Span), out _);

    /// <summary>Whether a verifier's key is this key, under any name.</summary>
    public bool Is(string text) => VerifierKey.TryParse(text, out var other) && other.PublicKey.Span.SequenceEqual(key.PublicKey.Span);

    /// <summary>Reads the public key that is to be trusted in the place of this one, in hex.</summary>
    public bool TryReplace(string publicKey, [NotNullWhen(true)] out PinnedKey? next)
    {
        next = publicKey.Length == 2 * key.PublicKey.Length && publicKey.All(char.IsAsciiHexDigitLower)
            ? new PinnedKey(new VerifierKey(key.Name, Convert.FromHexString(publicKey)), Origin)
            : null;
        return next is not null;
    }

    /// <summary>The key's text, under the name of the log that it was pinned for.</summary>
    public override string ToString() => key.ToString();
}
