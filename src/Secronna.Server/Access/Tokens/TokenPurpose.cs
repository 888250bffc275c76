using System.Text.Json;

namespace Secronna.Server.Access.Tokens;

/// <summary>
/// Tells access tokens from ID tokens, logout tokens and others that the same provider signs with the same keys. Many providers
/// don't follow RFC 9068, so the difference must be found in the claims.
/// </summary>
internal static class TokenPurpose
{
    private const string KeycloakAccessToken = "Bearer";
    private const string KeycloakIdToken = "ID";
    private const string CognitoAccessToken = "access";
    private const string CognitoIdToken = "id";
    private static readonly string[] AccessTokenTypes = ["at+jwt", "application/at+jwt"];

    /// <summary>Whether a header's <c>typ</c> may be that of a token of a person; <c>null</c> means that the header has none.</summary>
    public static bool IsKnownType(string? type) => type is null or "JWT" || AccessTokenTypes.Contains(type);

    /// <summary>Whether the token is of the kind that the settings want.</summary>
    public static bool IsWanted(JsonElement claims, TokenHeader header, TokenHolder holder, IdentityProviderSettings settings) =>
        // Only security events have this claim: logout tokens, for example (RFC 8417).
        !Has(claims, "events")
        && (settings.TokenType == TokenType.IdToken
            ? IsIdToken(claims, header, settings)
            : IsNoIdToken(claims) && (settings.AcceptsUnmarked || IsMarked(claims, header, holder, settings.Claims)));

    private static bool IsNoIdToken(JsonElement claims) =>
        // Claims that only ID tokens have (OpenID Connect Core 1.0, sections 3.1.3.6 and 3.3.2.11).
        !Has(claims, "at_hash") && !Has(claims, "c_hash")
        && IsAbsentOr(claims, "typ", KeycloakAccessToken)
        && IsAbsentOr(claims, "token_use", CognitoAccessToken)
        // Keycloak up to version 24 puts the nonce into access tokens too.
        && (!Has(claims, "nonce") || Has(claims, "typ"));

    private static bool IsMarked(JsonElement claims, TokenHeader header, TokenHolder holder, ClaimSettings names) =>
        AccessTokenTypes.Contains(header.Type)
        || Has(claims, "typ") || Has(claims, "token_use")
        || holder.IsProgram
        || names.Scope.Any(name => ClaimPath.TryFind(claims, name, out var scope)
            && ClaimPath.Texts(scope).Any(text => !string.IsNullOrWhiteSpace(text)));

    private static bool IsIdToken(JsonElement claims, TokenHeader header, IdentityProviderSettings settings) =>
        !AccessTokenTypes.Contains(header.Type)
        && IsAbsentOr(claims, "typ", KeycloakIdToken)
        && IsAbsentOr(claims, "token_use", CognitoIdToken)
        && (!Has(claims, "azp") || (StrictJson.Text(claims, "azp") is { } client && settings.Audiences.Contains(client)));

    private static bool Has(JsonElement claims, string name) => claims.TryGetProperty(name, out _);

    private static bool IsAbsentOr(JsonElement claims, string name, string text) => !Has(claims, name) || StrictJson.Text(claims, name) == text;
}
