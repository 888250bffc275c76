using System.Text.Json.Serialization;

namespace Secronna.Protocol;

/// <summary>A new API key. Its token is shown only in this answer (S25).</summary>
public sealed record ApiKeyCreatedResponse(
    string Id, string Name, string Prefix, Instant CreatedAt, string CreatedBy, Instant? ExpiresAt, string Token)
{
    /// <summary>Shows the id, never the token.</summary>
    public override string ToString() => $"{nameof(ApiKeyCreatedResponse)} {{ {nameof(Id)} = {Id} }}";
}

/// <summary>An API key. Lists have only keys that are not revoked, and so no time of a revocation.</summary>
public sealed record ApiKeyResponse(
    string Id, string Name, string Prefix, Instant CreatedAt, string CreatedBy, Instant? ExpiresAt, Instant? LastUsedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Instant? RevokedAt);

/// <summary>The answer to the deletion of an API key.</summary>
/// <param name="Id">The id of the API key.</param>
/// <param name="Deleted">Always true.</param>
/// <param name="AlsoRevoked">
/// The ids of the credentials that it made, directly or through what it made, and that were revoked with it. <c>null</c> if the
/// request did not ask for that.
/// </param>
public sealed record ApiKeyDeletedResponse(
    string Id, bool Deleted,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? AlsoRevoked);

/// <summary>The credentials that a key made, directly or through what it made, revoked ones included.</summary>
/// <param name="ApiKeys">The API keys, oldest first.</param>
/// <param name="AccessKeys">The access keys, oldest first.</param>
/// <param name="HasMore">Whether the key made more than the <see cref="Limits.MadeCredentials"/> that the answer has at most.</param>
public sealed record MadeResponse(
    IReadOnlyList<ApiKeyResponse> ApiKeys, IReadOnlyList<AccessKeyResponse> AccessKeys, bool HasMore);

/// <summary>
/// A grant of an access key: the <see cref="GrantActionNames"/> that are allowed below a path. The path has one to three segments
/// (project, environment, key). <c>*</c> stands for any run of characters, and a missing segment matches everything.
/// </summary>
public sealed record Grant(string Path, IReadOnlyList<string> Actions);

/// <summary>A new access key. Its token is shown only in this answer (S25).</summary>
public sealed record AccessKeyCreatedResponse(
    string Id, string Name, string Prefix, Instant CreatedAt, string CreatedBy, Instant? ExpiresAt, IReadOnlyList<Grant> Grants,
    string Token)
{
    /// <summary>Shows the id, never the token.</summary>
    public override string ToString() => $"{nameof(AccessKeyCreatedResponse)} {{ {nameof(Id)} = {Id} }}";
}

/// <summary>An access key.</summary>
public sealed record AccessKeyResponse(
    string Id, string Name, string Prefix, Instant CreatedAt, string CreatedBy, Instant? ExpiresAt, IReadOnlyList<Grant> Grants,
    Instant? LastUsedAt, Instant? RevokedAt);

/// <summary>How to sign in at the identity provider. Every field is null where no provider is configured.</summary>
/// <param name="Issuer">The identity provider.</param>
/// <param name="CliClientId">The client id of the command line.</param>
/// <param name="WebClientId">The client id of the dashboard; null where people can't sign in there.</param>
/// <param name="Scopes">The scopes to ask for.</param>
/// <param name="TokenType">The token of the provider's answer to send to the server: <c>access_token</c> or <c>id_token</c>.</param>
/// <param name="Params">Further parameters of authorization and device requests; never parameters that the sign-in itself sets.</param>
/// <param name="CliClientSecret">The client secret of the command line, which everyone can read; null where it has none.</param>
public sealed record AuthConfigResponse(
    string? Issuer, string? CliClientId, string? WebClientId, IReadOnlyList<string>? Scopes, string? TokenType,
    IReadOnlyDictionary<string, string>? Params, string? CliClientSecret);

/// <summary>Who the server takes the caller for. No grants are no power.</summary>
/// <param name="ActorType">The kind of the caller.</param>
/// <param name="ActorId">The caller's id.</param>
/// <param name="WorkspaceId">The caller's workspace.</param>
/// <param name="Name">The caller's name.</param>
/// <param name="Role">The caller's role.</param>
/// <param name="GroupsOmitted">True where the caller may be in groups that its token does not name; else null.</param>
/// <param name="Grants">The caller's grants.</param>
public sealed record MeResponse(
    string ActorType, string ActorId, string WorkspaceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? GroupsOmitted,
    IReadOnlyList<Grant> Grants);
