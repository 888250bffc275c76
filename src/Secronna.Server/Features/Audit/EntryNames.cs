using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Audit;

/// <summary>What answers say of entries beside what is recorded in them: the epochs of the entries, and the names that actors have now.</summary>
internal sealed class EntryNames
{
    private readonly Dictionary<string, string> actors;
    private readonly List<TrailEpoch> epochs;

    private EntryNames(Dictionary<string, string> actors, List<TrailEpoch> epochs) => (this.actors, this.epochs) = (actors, epochs);

    /// <summary>Finds the names and epochs for some entries of a trail.</summary>
    public static async ValueTask<EntryNames> FindAsync(Session session, string workspaceId, IReadOnlyList<RecordedEntry> entries) => new(
        await CredentialTable.NamesAsync(session, workspaceId, [.. entries.Where(IsOfKey).Select(recorded => recorded.Entry.ActorId).Distinct()]),
        entries.Count == 0 ? [] : await TrailEpochTable.ListAsync(session, workspaceId));

    /// <summary>The name that an entry's actor has now, if it is a key, revoked or not.</summary>
    public string? OfActor(RecordedEntry recorded) => IsOfKey(recorded) ? actors.GetValueOrDefault(recorded.Entry.ActorId) : null;

    /// <summary>The epoch of an entry; <c>null</c> in the first one.</summary>
    public long? EpochOf(RecordedEntry recorded) =>
        epochs.FindLast(epoch => epoch.FirstSequence <= recorded.Sequence) is { Number: > 0 and var number } ? number : null;

    // Other actors' ids are given by identity providers, which may give one that looks like a key's.
    private static bool IsOfKey(RecordedEntry recorded) => recorded.Entry.ActorType is ActorTypes.ApiKey or ActorTypes.AccessKey;
}
