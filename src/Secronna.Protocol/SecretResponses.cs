using System.Text.Json.Serialization;

namespace Secronna.Protocol;

/// <summary>A secret in a list. It holds no value (S16).</summary>
public sealed record SecretSummary(string Id, string Key, int CurrentVersion, Instant CreatedAt, Instant UpdatedAt);

/// <summary>A secret with its path, project and environment. It holds no value (S16).</summary>
public sealed record SecretResponse(
    string Id, string Key, int CurrentVersion, Instant CreatedAt, Instant UpdatedAt,
    string ProjectId, string EnvironmentId, string Path);

/// <summary>The version that a write minted.</summary>
public sealed record WrittenResponse(string Id, string Key, int Version);

/// <summary>A version in a secret's list of versions. It holds no value (S16).</summary>
/// <param name="Version">The version's number.</param>
/// <param name="Kind">One of the <see cref="VersionKinds"/>. It stays when the version is destroyed.</param>
/// <param name="CreatedAt">When the version was minted.</param>
/// <param name="CreatedBy">The id of the caller who minted it.</param>
/// <param name="Comment">The caller's comment.</param>
/// <param name="Destroyed"><c>true</c> if the version was destroyed, otherwise <c>null</c>.</param>
/// <param name="BoxHash">
/// SHA-256 of the sealed value as it is stored, in hex. Only callers who may read the audit trail get it; <c>null</c> for others,
/// and for a destroyed version.
/// </param>
public sealed record VersionResponse(
    int Version, string Kind, Instant CreatedAt, string CreatedBy, string? Comment,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Destroyed = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? BoxHash = null);

/// <summary>The answer to the destruction of one version (S15).</summary>
public sealed record DestroyedResponse(string Id, int Version, bool Destroyed);

/// <summary>A secret found by search.</summary>
public sealed record SearchResponse(string Id, string Key, string Path, string ProjectId, string EnvironmentId);
