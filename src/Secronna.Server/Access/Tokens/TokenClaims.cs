using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Server.Access.Tokens;

/// <summary>What an access token says about its holder. Only the payload of a verified token is read.</summary>
/// <param name="Subject">The caller's id.</param>
/// <param name="WorkspaceId">The caller's workspace.</param>
/// <param name="ActorType">The kind of the caller (<see cref="ActorTypes"/>).</param>
/// <param name="Name">The caller's name; <c>null</c> if the token has none.</param>
/// <param name="RoleName">
/// The caller's role as the token names it; <c>null</c> if the token has no role claim, and empty if that claim is not text.
/// </param>
/// <param name="HasSecondFactor">Whether the token says that its user signed in with a second factor.</param>
internal sealed record TokenClaims(
    string Subject, string WorkspaceId, string ActorType, string? Name, string? RoleName, bool HasSecondFactor)
{
    // Claims that only ID tokens have (OpenID Connect Core 1.0, sections 2 and 3.1.3.6). An ID token is no access token.
    private static readonly string[] IdTokenClaims = ["nonce", "at_hash"];

    // The claim of a token that is bound to a key (RFC 7800, RFC 9449). The sender of such a token must prove possession of the
    // key, and this server can't check the proof. It refuses the token, because accepting it would weaken the protection that the
    // issuer intended.
    private const string Confirmation = "cnf";

    /// <summary>
    /// The claims of a token's payload; <c>null</c> if the token is not an access token as the contract defines it.
    /// </summary>
    public static TokenClaims? Read(ReadOnlyMemory<byte> payload, ClaimSettings names)
    {
        using var document = StrictJson.ParseObject(payload);
        if (document?.RootElement is not { } claims
            || IdTokenClaims.Any(name => claims.TryGetProperty(name, out _))
            || claims.TryGetProperty(Confirmation, out _)
            || StrictJson.Text(claims, "scope") is null
            || StrictJson.Text(claims, names.Subject) is not { } subject || !IsActorId(subject)
            || StrictJson.Text(claims, names.Workspace) is not { } workspaceId || !Names.IsWorkspaceId(workspaceId)
            || ActorTypeOf(claims, names.IdentityType) is not { } actorType)
        {
            return null;
        }

        return new TokenClaims(
            subject, workspaceId, actorType, NameOf(claims, names), RoleOf(claims, names.RoleName),
            claims.TryGetProperty(names.MfaVerified, out var verified) && verified.ValueKind == JsonValueKind.True);
    }

    // The id is written into the audit trail with everything that the caller does, so it must be short and printable.
    private static bool IsActorId(string subject) =>
        subject.Length is > 0 and <= Limits.ActorIdLength && subject.All(character => character is > ' ' and <= '~');

    private static string? ActorTypeOf(JsonElement claims, string name) => claims.TryGetProperty(name, out _)
        ? StrictJson.Text(claims, name) switch
        {
            ActorTypes.User => ActorTypes.User,
            ActorTypes.ServiceAccount => ActorTypes.ServiceAccount,
            _ => null,
        }
        : ActorTypes.User;

    private static string? NameOf(JsonElement claims, ClaimSettings names) =>
        (StrictJson.Text(claims, names.Name) ?? StrictJson.Text(claims, names.Email)) is { Length: > 0 and <= Limits.ActorIdLength } name
            ? name
            : null;

    // A role claim that is not text counts as an unknown role.
    private static string? RoleOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out _) ? StrictJson.Text(claims, name) ?? "" : null;
}
