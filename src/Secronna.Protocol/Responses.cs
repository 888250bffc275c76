using System.Text.Json.Serialization;

namespace Secronna.Protocol;

/// <summary>A project.</summary>
public sealed record ProjectResponse(string Id, string Name, string Slug, Instant CreatedAt, string CreatedBy);

/// <summary>An environment.</summary>
public sealed record EnvironmentResponse(string Id, string Name, string Slug, Instant CreatedAt);

/// <summary>What a slug leads to.</summary>
public sealed record NamedReference(string Id, string Name, string Slug);

/// <summary>A project and one of its environments, found by their slugs.</summary>
public sealed record EnvironmentPathResponse(NamedReference Project, NamedReference Environment);

/// <summary>The answer to a deletion.</summary>
public sealed record DeletedResponse(string Id, bool Deleted);

/// <summary>A secret in a list. It holds no value (S16).</summary>
public sealed record SecretSummary(string Id, string Key, int CurrentVersion, Instant CreatedAt, Instant UpdatedAt);

/// <summary>A secret and where it lives. It holds no value (S16).</summary>
public sealed record SecretResponse(
    string Id, string Key, int CurrentVersion, Instant CreatedAt, Instant UpdatedAt,
    string ProjectId, string EnvironmentId, string Path);

/// <summary>The version that a write minted.</summary>
public sealed record WrittenResponse(string Id, string Key, int Version);

/// <summary>A version in a secret's list of versions. It holds no value (S16).</summary>
public sealed record VersionResponse(int Version, string Kind, Instant CreatedAt, string CreatedBy, string? Comment);

/// <summary>
/// What happened to a secret: one of the <see cref="VersionKinds"/>, with its version, or <see cref="ChangeNames.Deleted"/>.
/// </summary>
public sealed record HistoryResponse(
    Instant At, string Change, string Key, string SecretId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Version,
    string By,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Comment);

/// <summary>What a restore did with a key, or would do: one of the <see cref="RestoreResults"/>.</summary>
/// <param name="Key">The key.</param>
/// <param name="SecretId">Its secret.</param>
/// <param name="Result">What happened to it.</param>
/// <param name="From">Of one that was restored: the version that was current before.</param>
/// <param name="To">The version whose value was taken.</param>
/// <param name="Version">The new version with that value.</param>
public sealed record RestoreChange(
    string Key, string SecretId, string Result,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? From = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? To = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Version = null);

/// <summary>What a restore did, or would do, ordered by key.</summary>
public sealed record RestoreResponse(Instant At, bool DryRun, IReadOnlyList<RestoreChange> Changes);

/// <summary>How two environments differ in a key: one of the <see cref="CompareResults"/>. It holds no value (S16).</summary>
public sealed record CompareResponse(string Key, string Result);

/// <summary>A secret found by search.</summary>
public sealed record SearchResponse(string Id, string Key, string Path, string ProjectId, string EnvironmentId);

/// <summary>An entry of the audit trail.</summary>
public sealed record AuditResponse(
    string Id, long Sequence, Instant CreatedAt, string ActorType, string ActorId, string Action, string Outcome,
    string? RequestId, string? Ip, string? UserAgent, AuditMetadata Metadata);

/// <summary>What an audited operation was about; only what applies is there.</summary>
public sealed record AuditMetadata
{
    /// <summary>The project's id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProjectId { get; init; }

    /// <summary>The environment's id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EnvironmentId { get; init; }

    /// <summary>The secret's id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SecretId { get; init; }

    /// <summary>The secret's key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>The secret's path of slugs and key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; init; }

    /// <summary>The version's number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Version { get; init; }

    /// <summary>The id of what was changed, where it is none of the above: a credential, a KEK, a workspace.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TargetId { get; init; }

    /// <summary>The name given to what was changed; of a restore, the time that it went back to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>How many equal refusals this one entry stands for (S19).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Count { get; init; }
}

/// <summary>A project's KEK.</summary>
public sealed record KekResponse(
    string Id, string State, string MasterKeyId, Instant CreatedAt, long Wraps, long Remaining);

/// <summary>A new API key; the token is shown this once (S25).</summary>
public sealed record ApiKeyCreatedResponse(string Id, string Name, string Prefix, Instant CreatedAt, string Token)
{
    /// <summary>Tells which it is, never its token.</summary>
    public override string ToString() => $"{nameof(ApiKeyCreatedResponse)} {{ {nameof(Id)} = {Id} }}";
}

/// <summary>An API key.</summary>
public sealed record ApiKeyResponse(string Id, string Name, string Prefix, Instant CreatedAt, Instant? LastUsedAt);

/// <summary>
/// What an access key may do where: a path of one to three segments (project, environment, key), where <c>*</c> is any run
/// of characters and a missing segment is all, and the <see cref="GrantActionNames"/> that are granted there.
/// </summary>
public sealed record Grant(string Path, IReadOnlyList<string> Actions);

/// <summary>A new access key; the token is shown this once (S25).</summary>
public sealed record AccessKeyCreatedResponse(
    string Id, string Name, string Prefix, Instant CreatedAt, Instant? ExpiresAt, IReadOnlyList<Grant> Grants,
    string Token)
{
    /// <summary>Tells which it is, never its token.</summary>
    public override string ToString() => $"{nameof(AccessKeyCreatedResponse)} {{ {nameof(Id)} = {Id} }}";
}

/// <summary>An access key.</summary>
public sealed record AccessKeyResponse(
    string Id, string Name, string Prefix, Instant CreatedAt, Instant? ExpiresAt, IReadOnlyList<Grant> Grants,
    Instant? LastUsedAt, Instant? RevokedAt);

/// <summary>The answer to a revocation.</summary>
public sealed record RevokedResponse(string Id, Instant RevokedAt);

/// <summary>How to sign in; nulls where no provider is configured.</summary>
public sealed record AuthConfigResponse(string? Issuer, string? CliClientId, IReadOnlyList<string>? Scopes);

/// <summary>The caller.</summary>
public sealed record MeResponse(
    string ActorType, string ActorId, string WorkspaceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role,
    IReadOnlyList<Grant> Grants);

/// <summary>The answer of a health check.</summary>
public sealed record HealthResponse(string Status);

/// <summary>A value read back.</summary>
public sealed record RevealResponse(string Key, int Version, string Value)
{
    /// <summary>Tells which it is, never its value.</summary>
    public override string ToString() => $"{nameof(RevealResponse)} {{ {nameof(Key)} = {Key} }}";
}

/// <summary>A value read back by its path.</summary>
public sealed record RevealPathResponse(string Path, string Key, int Version, string Value)
{
    /// <summary>Tells which it is, never its value.</summary>
    public override string ToString() => $"{nameof(RevealPathResponse)} {{ {nameof(Path)} = {Path} }}";
}

/// <summary>A value of an environment.</summary>
public sealed record RevealedSecret(string Id, string Key, int Version, string Value)
{
    /// <summary>Tells which it is, never its value.</summary>
    public override string ToString() => $"{nameof(RevealedSecret)} {{ {nameof(Key)} = {Key} }}";
}

/// <summary>The values of an environment, ordered by key; the revision is the ETag.</summary>
public sealed record RevealEnvironmentResponse(
    string Revision, IReadOnlyList<RevealedSecret> Secrets, IReadOnlyList<string> Unrecoverable);
