using System.Text.Json;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// What an audit entry says beyond its other properties. It is stored as JSON, with the names that the entry's <c>metadata</c> has.
/// An entry has room for some kilobytes. A list that does not fit goes on in further entries, which are numbered.
/// </summary>
internal static class AuditDetails
{
    // What the details hold beside the items of their list: instants, ids and a name.
    private const int BytesBesideList = 2_048;

    /// <summary>Names the keys that a refused request asked for: as many as the entry holds, and the number of the others.</summary>
    public static TrailEntry NamingKeys(this TrailEntry entry, IReadOnlyList<string> keys)
    {
        var named = Split(entry, keys, SizeOf)[0];
        var others = keys.Count - named.Count;
        return entry with { Details = Write(new AuditMetadata { Keys = named, KeysOmitted = others == 0 ? null : others }) };
    }

    /// <summary>Names the instants and the keys of one side of a comparison. All keys are named.</summary>
    public static IEnumerable<TrailEntry> OfComparison(TrailEntry entry, AuditMetadata instants, IReadOnlyList<string> keys) =>
        Number(Split(entry, keys, SizeOf)
            .Select(part => entry with { Details = Write(instants with { Keys = part.Count == 0 ? null : part }) }));

    /// <summary>Says what a change of an access key changed, before and after.</summary>
    public static IEnumerable<TrailEntry> OfChange(TrailEntry entry, CredentialRow before, CredentialRow after)
    {
        var (name, grants, expiry) = (before.Name != after.Name, before.Grants != after.Grants, before.ExpiresAt != after.ExpiresAt);
        if (!name && !grants && !expiry)
        {
            return [entry];
        }

        var (old, @new) = (grants ? StoredGrants.TryRead(before) : null, grants ? StoredGrants.TryRead(after) : null);
        var sides = (old ?? []).Select(grant => (IsNew: false, Grant: grant))
            .Concat((@new ?? []).Select(grant => (IsNew: true, Grant: grant))).ToList();
        return Number(Split(entry, sides, side => SizeOf(side.Grant)).Select((part, i) => entry with
        {
            Details = Write(new AuditMetadata
            {
                Before = Changed(before, old is null ? null : GrantsOf(part, isNew: false), i == 0),
                After = Changed(after, @new is null ? null : GrantsOf(part, isNew: true), i == 0),
            }),
        }));

        AuditedFields Changed(CredentialRow key, List<Grant>? listed, bool isFirst) => new()
        {
            Name = name && isFirst ? key.Name : null,
            Grants = listed,
            ExpiresAt = expiry && isFirst && key.ExpiresAt is { } at ? new Instant(at) : null,
        };
    }

    /// <summary>What a change of an environment changed, before and after; <c>null</c> if it changed nothing.</summary>
    public static string? OfChange(EnvironmentRow before, EnvironmentRow after)
    {
        var (name, reason) = (before.Name != after.Name, before.RequiresReason != after.RequiresReason);
        return name || reason ? Write(new AuditMetadata { Before = Changed(before), After = Changed(after) }) : null;

        AuditedFields Changed(EnvironmentRow environment) => new()
        {
            Name = name ? environment.Name : null,
            RequireReason = reason ? environment.RequiresReason : null,
        };
    }

    /// <summary>Says what the clock showed when it was confirmed, and of when the newest entry was, if there was one.</summary>
    public static string OfClock(Instant? newest, Instant confirmed) => Write(new AuditMetadata
    {
        Before = newest is null ? null : new AuditedFields { Clock = newest },
        After = new AuditedFields { Clock = confirmed },
    });

    /// <summary>Names the last known tree of a trail before a new epoch, and the tree that the epoch goes on from.</summary>
    public static string OfEpoch(AuditedFields? before, AuditedFields after) => Write(new AuditMetadata { Before = before, After = after });

    /// <summary>Adds stored details to the metadata of an entry.</summary>
    public static AuditMetadata AddTo(AuditMetadata metadata, string? details) =>
        details is null || JsonSerializer.Deserialize(details, ProtocolJson.Default.AuditMetadata) is not { } stored
            ? metadata
            : metadata with
            {
                At = stored.At,
                With = stored.With,
                WithAt = stored.WithAt,
                Keys = stored.Keys,
                KeysOmitted = stored.KeysOmitted,
                Before = stored.Before,
                After = stored.After,
            };

    private static List<Grant> GrantsOf(List<(bool IsNew, Grant Grant)> part, bool isNew) =>
        [.. part.Where(side => side.IsNew == isNew).Select(side => side.Grant)];

    private static string Write(AuditMetadata details) => JsonSerializer.Serialize(details, ProtocolJson.Default.AuditMetadata);

    private static IEnumerable<TrailEntry> Number(IEnumerable<TrailEntry> parts)
    {
        var entries = parts.ToList();
        return entries.Count == 1 ? entries : entries.Select((entry, i) => entry with { Part = i + 1 });
    }

    /// <summary>
    /// Splits a list into parts that an entry has room for. Each part has at least one item; without items there is one empty part.
    /// </summary>
    private static List<List<T>> Split<T>(TrailEntry entry, IReadOnlyList<T> items, Func<T, int> sizeOf)
    {
        var room = TrailEntryFormat.RoomForDetails(entry) - BytesBesideList;
        List<List<T>> parts = [[]];
        var bytes = 0;
        foreach (var item in items)
        {
            var size = sizeOf(item);
            if (parts[^1].Count > 0 && bytes + size > room)
            {
                parts.Add([]);
                bytes = 0;
            }

            parts[^1].Add(item);
            bytes += size;
        }

        return parts;
    }

    // The characters of keys need no escapes. The quotes and a comma come on top.
    private static int SizeOf(string key) => key.Length + 3;

    private static int SizeOf(Grant grant) => JsonSerializer.SerializeToUtf8Bytes([grant], ProtocolJson.Default.IReadOnlyListGrant).Length;
}
