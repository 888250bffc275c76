using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Server.Access.Tokens;

/// <summary>What an access token says of its holder. Only what a verified token says is read here.</summary>
internal sealed record TokenClaims(
    string Subject, string WorkspaceId, string ActorType, string? Name, string? Role, bool HasSecondFactor)
{
    // What only ID tokens have (OpenID Connect Core 1.0, sections 2 and 3.1.3.6).
    private static readonly string[] OfIdTokens = ["nonce", "at_hash"];

    // Bound to a key that the bearer would have to prove (RFC 7800, RFC 9449): by itself it is worth less than was meant.
    private const string Confirmation = "cnf";

    /// <summary>The claims of a token's payload; null when it is not an access token as the contract has them.</summary>
    public static TokenClaims? Read(ReadOnlyMemory<byte> payload, ClaimSettings names)
    {
        using var document = StrictJson.Object(payload);
        if (document?.RootElement is not { } claims
            || OfIdTokens.Any(name => claims.TryGetProperty(name, out _))
            || claims.TryGetProperty(Confirmation, out _)
            || StrictJson.Text(claims, "scope") is null
            || StrictJson.Text(claims, names.Subject) is not { } subject || !IsActorId(subject)
            || StrictJson.Text(claims, names.Workspace) is not { } workspaceId || !Names.IsWorkspaceId(workspaceId)
            || ActorTypeOf(claims, names.IdentityType) is not { } actorType)
        {
            return null;
        }

        return new TokenClaims(
            subject, workspaceId, actorType, NameOf(claims, names), RoleOf(claims, names.Role),
            claims.TryGetProperty(names.MfaVerified, out var verified) && verified.ValueKind == JsonValueKind.True);
    }

    // It is written into the audit trail with everything that its bearer does.
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
        (StrictJson.Text(claims, names.Name) ?? StrictJson.Text(claims, names.Email)) is { Length: > 0 and <= Limits.ActorIdLength } name ? name : null;

    // One that is there but no text is no role that is known.
    private static string? RoleOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out _) ? StrictJson.Text(claims, name) ?? "" : null;
}
