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
public sealed record VersionResponse(int Version, string Kind, Instant CreatedAt, string CreatedBy, string? Comment);

/// <summary>A secret found by search.</summary>
public sealed record SearchResponse(string Id, string Key, string Path, string ProjectId, string EnvironmentId);
