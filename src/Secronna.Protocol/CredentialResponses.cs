using System.Text.Json.Serialization;

namespace Secronna.Protocol;

/// <summary>A new API key. Its token is shown only in this answer (S25).</summary>
public sealed record ApiKeyCreatedResponse(string Id, string Name, string Prefix, Instant CreatedAt, string Token)
{
    /// <summary>Shows the id, never the token.</summary>
    public override string ToString() => $"{nameof(ApiKeyCreatedResponse)} {{ {nameof(Id)} = {Id} }}";
}

/// <summary>An API key.</summary>
public sealed record ApiKeyResponse(string Id, string Name, string Prefix, Instant CreatedAt, Instant? LastUsedAt);

/// <summary>
/// A grant of an access key: the <see cref="GrantActionNames"/> that are allowed below a path. The path has one to three segments
/// (project, environment, key). <c>*</c> stands for any run of characters, and a missing segment matches everything.
/// </summary>
public sealed record Grant(string Path, IReadOnlyList<string> Actions);

/// <summary>A new access key. Its token is shown only in this answer (S25).</summary>
public sealed record AccessKeyCreatedResponse(
    string Id, string Name, string Prefix, Instant CreatedAt, Instant? ExpiresAt, IReadOnlyList<Grant> Grants,
    string Token)
{
    /// <summary>Shows the id, never the token.</summary>
    public override string ToString() => $"{nameof(AccessKeyCreatedResponse)} {{ {nameof(Id)} = {Id} }}";
}

/// <summary>An access key.</summary>
public sealed record AccessKeyResponse(
    string Id, string Name, string Prefix, Instant CreatedAt, Instant? ExpiresAt, IReadOnlyList<Grant> Grants,
    Instant? LastUsedAt, Instant? RevokedAt);

/// <summary>How to sign in at the identity provider. Every field is null where no provider is configured.</summary>
public sealed record AuthConfigResponse(string? Issuer, string? CliClientId, IReadOnlyList<string>? Scopes);

/// <summary>Who the server takes the caller for.</summary>
public sealed record MeResponse(
    string ActorType, string ActorId, string WorkspaceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role,
    IReadOnlyList<Grant> Grants);
