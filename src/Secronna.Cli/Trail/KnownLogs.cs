using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>
/// What was verified before of a log: in folders, which is remembered under the installation's name, and on servers. A log can only
/// choose among installations whose key was pinned, so it is no danger that its own checkpoint says which one it is of.
/// </summary>
internal sealed class KnownLogs
{
    private readonly TrailMemory ofFolders;
    private readonly IReadOnlyList<TrailMemory> all;

    private KnownLogs(Origin origin, TrailMemory ofFolders, IReadOnlyList<TrailMemory> ofServers)
    {
        (Origin, this.ofFolders) = (origin, ofFolders);
        all = [ofFolders, .. ofServers];
    }

    /// <summary>The log, as its checkpoint claims.</summary>
    public Origin Origin { get; }

    /// <summary>Reads the states in a folder that are about the installation of a log.</summary>
    /// <exception cref="CliException">A state is damaged.</exception>
    public static KnownLogs Read(string folder, Origin origin, bool isOneLog)
    {
        var name = string.Join('/', origin.ToString().Split('/')[..2]);
        var ofServers = TrailStateFile.AllIn(folder).Where(file => file.Server != name)
            .Select(file => new TrailMemory(file, isOneLog))
            .Where(memory => memory.FindKey(null)?.Origin.Installation == origin.Installation);
        return new KnownLogs(origin, new TrailMemory(new TrailStateFile(folder, name), isOneLog), [.. ofServers]);
    }

    /// <summary>Finds the key to trust: the one that is pinned by hand, or else the one that is remembered.</summary>
    /// <exception cref="UsageException">Different keys are remembered.</exception>
    public PinnedKey? FindKey(PinnedKey? byHand)
    {
        if (ofFolders.FindKey(byHand) is { } key)
        {
            return key;
        }

        var keys = all.Select(memory => memory.FindKey(null)).OfType<PinnedKey>().DistinctBy(pinned => pinned.PublicKey).ToList();
        return keys.Count <= 1 ? keys.FirstOrDefault() : throw new UsageException(
            $"different keys are pinned for servers of installation {Origin.Installation}: name the right one with --key");
    }

    /// <summary>
    /// The checkpoints that were verified before and aren't later than a checkpoint. Those of earlier epochs count until one of its
    /// own epoch is known, which was accepted then.
    /// </summary>
    public IReadOnlyList<Checkpoint> FindEarlier(Checkpoint latest)
    {
        var isAccepted = Checkpoints.Any(known => known.Origin == latest.Origin);
        return [.. Checkpoints.Where(known => !IsLater(known, latest) && (known.Origin == latest.Origin || !isAccepted))];
    }

    /// <summary>The latest of the checkpoints that were verified before and are later than a checkpoint.</summary>
    public Checkpoint? FindLater(Checkpoint latest) =>
        Checkpoints.Where(known => IsLater(known, latest)).MaxBy(known => (known.Origin.Epoch, known.Size));

    /// <summary>Remembers a checkpoint of a folder, unless a later one of a folder is remembered.</summary>
    public void Remember(PinnedKey pinned, Checkpoint latest, ReadOnlySpan<byte> note)
    {
        if (ofFolders.FindCheckpoint(Origin) is not { } known || !IsLater(known, latest))
        {
            ofFolders.Remember(pinned, latest, note);
        }
    }

    private IEnumerable<Checkpoint> Checkpoints => all.Select(memory => memory.FindCheckpoint(Origin)).OfType<Checkpoint>();

    private static bool IsLater(Checkpoint known, Checkpoint latest) => known.Origin.Epoch == latest.Origin.Epoch
        ? known.Size > latest.Size
        : known.Origin.Epoch > latest.Origin.Epoch;
}
