using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Server.Access.Tokens;

/// <summary>What a token says about its holder. Only the payload of a verified token is read.</summary>
/// <param name="Subject">The caller's id.</param>
/// <param name="WorkspaceId">The caller's workspace.</param>
/// <param name="Holder">Whether the caller is a person or a program.</param>
/// <param name="Name">The caller's name, for display alone; <c>null</c> if the token has none.</param>
/// <param name="RoleName">The caller's role; <c>null</c> if the token has no role claim.</param>
/// <param name="HasSecondFactor">Whether the token says that its user signed in with a second factor.</param>
/// <param name="Groups">The caller's groups.</param>
internal sealed record TokenClaims(
    string Subject, string WorkspaceId, TokenHolder Holder, string? Name, string? RoleName, bool HasSecondFactor, GroupClaim Groups)
{
    // The claim of a token that is bound to a key (RFC 7800, RFC 9449). The sender of such a token must prove possession of the
    // key, and this server can't check the proof. It refuses the token, because accepting it would weaken the protection that the
    // issuer intended.
    private const string Confirmation = "cnf";

    private const string Email = "email";
    private const string PreferredUsername = "preferred_username";

    /// <summary>The claims of a token's payload; <c>null</c> if the token is not valid for this server now.</summary>
    public static TokenClaims? Read(ReadOnlyMemory<byte> payload, TokenHeader header, IdentityProviderSettings settings, DateTimeOffset now)
    {
        using var document = StrictJson.ParseObject(payload);
        if (document?.RootElement is not { } claims
            || claims.TryGetProperty(Confirmation, out _)
            || !TokenTimes.AreValid(claims, now, settings.MaxTokenLifetime)
            || TokenHolder.Read(claims, settings) is not { } holder
            || !TokenPurpose.IsWanted(claims, header, holder, settings)
            || !ClaimMatch.HasAll(claims, settings.RequiredClaims)
            || SubjectOf(claims, settings.Claims.Subject) is not { } subject
            || (settings.Workspace ?? ClaimPath.Text(claims, settings.Claims.Workspace)) is not { } workspaceId
            || !Names.IsWorkspaceId(workspaceId))
        {
            return null;
        }

        return new TokenClaims(
            subject, workspaceId, holder, NameOf(claims, settings.Claims), RoleClaim.Read(claims, settings),
            SecondFactorClaim.Read(claims, settings), GroupClaim.Read(claims, settings.Claims.Groups));
    }

    // The id is written into the audit trail with everything that the caller does, so it must be short and printable. An address
    // that the provider has not verified may be one that its holder made up. What a credential records of its maker is the id alone,
    // so no holder of a token may have an id of ours: it would count as the maker of what a key made.
    private static string? SubjectOf(JsonElement claims, string path) =>
        ClaimPath.Text(claims, path) is { Length: > 0 and <= Limits.ActorIdLength } subject
        && subject.All(character => character is > ' ' and <= '~')
        && !Ids.IsValid(subject)
        && (path.TrimStart('/') != Email || (claims.TryGetProperty("email_verified", out var verified) && verified.ValueKind == JsonValueKind.True))
            ? subject
            : null;

    private static string? NameOf(JsonElement claims, ClaimSettings names) =>
        new[] { names.Name, names.Email, PreferredUsername }
            .Select(path => ClaimPath.Text(claims, path))
            .FirstOrDefault(name => name is { Length: > 0 and <= Limits.ActorIdLength });
}
