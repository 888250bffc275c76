using System.Text.Json.Serialization;

namespace Secronna.Protocol;

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

/// <summary>How to sign in; nulls where no provider is configured.</summary>
public sealed record AuthConfigResponse(string? Issuer, string? CliClientId, IReadOnlyList<string>? Scopes);

/// <summary>The caller.</summary>
public sealed record MeResponse(
    string ActorType, string ActorId, string WorkspaceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role,
    IReadOnlyList<Grant> Grants);
