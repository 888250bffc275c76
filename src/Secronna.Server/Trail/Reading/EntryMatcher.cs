using Secronna.Crypto.Trail;

namespace Secronna.Server.Trail.Reading;

/// <summary>Tests encoded entries against the conditions of a filter, without decoding them.</summary>
internal sealed class EntryMatcher(TrailFilter filter)
{
    private readonly byte[]? actorId = filter.ActorId is { } id ? TrailId.ItemOfActor(id) : null;
    private readonly byte[]? projectId = ItemOf(filter.ProjectId);
    private readonly byte[]? environmentId = ItemOf(filter.EnvironmentId);
    private readonly byte[]? secretId = ItemOf(filter.SecretId);
    private readonly int? action = filter.Action is { } name ? TrailActions.NumberOf(name) : null;
    private readonly int? outcome = filter.Outcome is { } name ? TrailOutcomes.NumberOf(name) : null;

    /// <summary>Whether an entry meets the conditions, except for those on its number and its time.</summary>
    /// <exception cref="FormatException">The bytes are not an entry.</exception>
    public bool Matches(ReadOnlySpan<byte> entry)
    {
        var fields = TrailEntryFields.Read(entry);
        return (action is null || action == fields.Action)
            && (outcome is null || outcome == fields.Outcome)
            && IsOrAny(actorId, fields.ActorId)
            && IsOrAny(projectId, fields.ProjectId)
            && IsOrAny(environmentId, fields.EnvironmentId)
            && IsOrAny(secretId, fields.SecretId);
    }

    private static bool IsOrAny(byte[]? wanted, ReadOnlySpan<byte> item) => wanted is null || item.SequenceEqual(wanted);

    private static byte[]? ItemOf(string? id) => id is null ? null : TrailId.ItemOf(id);
}
