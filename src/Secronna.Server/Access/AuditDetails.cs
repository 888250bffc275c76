using System.Text.Json;
using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// What an audit entry says beyond its columns. It is stored as JSON, with the names that the entry's <c>metadata</c> has.
/// </summary>
internal static class AuditDetails
{
    // Bounds the size of one entry. A caller decides how many keys a request names.
    private const int MaxKeyCharacters = 8_192;

    /// <summary>The keys that a refused request named, as many as one entry holds, and the number of the others.</summary>
    public static string OfRefusedKeys(IReadOnlyList<string> keys)
    {
        var parts = Split(keys);
        var others = keys.Count - parts[0].Count;
        return Write(new AuditMetadata { Keys = parts[0], KeysOmitted = others == 0 ? null : others });
    }

    /// <summary>
    /// The instants and the keys of one side of a comparison. All keys are named, in as many entries as they need.
    /// </summary>
    public static IEnumerable<string> OfComparison(AuditMetadata instants, IReadOnlyList<string> keys) =>
        Split(keys).Select(part => Write(instants with { Keys = part.Count == 0 ? null : part }));

    /// <summary>
    /// What a change of an access key changed, before and after; <c>null</c> if it changed nothing. The limits of a request bound
    /// the grants.
    /// </summary>
    public static string? OfChange(CredentialRow before, CredentialRow after)
    {
        var (name, grants, expiry) = (before.Name != after.Name, before.Grants != after.Grants, before.ExpiresAt != after.ExpiresAt);
        return name || grants || expiry ? Write(new AuditMetadata { Before = Changed(before), After = Changed(after) }) : null;

        AuditedFields Changed(CredentialRow key) => new()
        {
            Name = name ? key.Name : null,
            Grants = grants ? StoredGrants.TryRead(key) : null,
            ExpiresAt = expiry && key.ExpiresAt is { } at ? new Instant(at) : null,
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

    private static string Write(AuditMetadata details) => JsonSerializer.Serialize(details, ProtocolJson.Default.AuditMetadata);

    // The parts have at least one key each; without keys there is one empty part.
    private static List<List<string>> Split(IReadOnlyList<string> keys)
    {
        List<List<string>> parts = [[]];
        var characters = 0;
        foreach (var key in keys)
        {
            if (characters + key.Length > MaxKeyCharacters)
            {
                parts.Add([]);
                characters = 0;
            }

            parts[^1].Add(key);
            characters += key.Length;
        }

        return parts;
    }
}
