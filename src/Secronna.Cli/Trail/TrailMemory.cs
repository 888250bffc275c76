using System.Text;
using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>What a verifier remembers: the pinned key, and the last checkpoint of each log. The caller holds the file's lock.</summary>
/// <param name="file">The file of the state.</param>
/// <param name="isOneLog">Whether the state is about one log, so that another workspace's is refused.</param>
internal sealed class TrailMemory(TrailStateFile file, bool isOneLog)
{
    private readonly TrailState? state = file.Read();

    /// <summary>Whether nothing was remembered yet.</summary>
    public bool IsEmpty => state is null;

    /// <summary>Finds the key to trust: the one that is pinned by hand, or else the one that is remembered.</summary>
    /// <exception cref="CliException">What is remembered is about another installation than the key.</exception>
    public PinnedKey? FindKey(PinnedKey? byHand)
    {
        var known = state is null ? null : PinnedKey.TryParse(state.Key, out var read) ? read : throw file.Damaged();
        return byHand is null || known is null || byHand.Origin.Installation == known.Origin.Installation
            ? byHand ?? known
            : throw new CliException($"{file.Path} is about installation {known.Origin.Installation}, but the key is of installation {byHand.Origin.Installation}: name another folder with --state");
    }

    /// <summary>Finds the checkpoint of a log that was verified last, of any epoch.</summary>
    /// <exception cref="TrailMismatchException">The state is about another log.</exception>
    public Checkpoint? FindCheckpoint(Origin origin) => FindLog(origin) is { } known ? Open(known.Checkpoint, origin) : null;

    /// <summary>Remembers a checkpoint, up to which everything was verified.</summary>
    /// <param name="pinned">The key that signed it.</param>
    /// <param name="latest">The checkpoint.</param>
    /// <param name="note">The checkpoint's signed note.</param>
    public void Remember(PinnedKey pinned, Checkpoint latest, ReadOnlySpan<byte> note)
    {
        var text = Encoding.UTF8.GetString(note);
        var known = FindLog(latest.Origin);
        var log = known is null ? new VerifiedLog(text)
            : Open(known.Checkpoint, latest.Origin).Origin == latest.Origin ? known with { Checkpoint = text } : known.InNewEpoch(text);
        var old = state ?? new TrailState(file.Server, "", new Dictionary<string, VerifiedLog>());
        file.Write((old with { Key = pinned.ToString() }).With(WorkspaceOf(latest.Origin), log));
    }

    private static string WorkspaceOf(Origin origin) => origin.Workspace ?? "";

    private VerifiedLog? FindLog(Origin origin)
    {
        var known = state?.Logs.GetValueOrDefault(WorkspaceOf(origin));
        return known is null && state is not null && isOneLog
            ? throw new TrailMismatchException($"{file.Path} is about another workspace than {origin}: name a folder of its own with --state")
            : known;
    }

    // The signature was verified before the note was stored. The key may be another one since.
    private Checkpoint Open(string note, Origin origin) =>
        SignedNote.TryParse(Encoding.UTF8.GetBytes(note), out var signed) && Checkpoint.TryParse(signed.Text, out var checkpoint)
            && checkpoint.Origin.Workspace == origin.Workspace && checkpoint.Origin.Installation == origin.Installation
            ? checkpoint
            : throw file.Damaged();
}
