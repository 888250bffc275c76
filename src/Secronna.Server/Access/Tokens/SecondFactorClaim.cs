using System.Text.Json;

namespace Secronna.Server.Access.Tokens;

/// <summary>Reads whether a person signed in with a second factor.</summary>
internal static class SecondFactorClaim
{
    /// <summary>
    /// Whether the token says so: by its own claim, which wins, by a method of <c>amr</c> (RFC 8176), or by <c>acr</c>.
    /// </summary>
    public static bool Read(JsonElement claims, IdentityProviderSettings settings)
    {
        var kind = ClaimPath.TryFind(claims, settings.Claims.MfaVerified, out var verified) ? verified.ValueKind : JsonValueKind.Undefined;
        return kind == JsonValueKind.True
            || (kind != JsonValueKind.False && (HasMethod(claims, settings) || HasContext(claims, settings)));
    }

    private static bool HasMethod(JsonElement claims, IdentityProviderSettings settings) => claims.TryGetProperty("amr", out var methods)
        && (methods.ValueKind == JsonValueKind.String ? ClaimPath.Texts(methods).SelectMany(text => text.Split(' ')) : ClaimPath.Texts(methods))
            .Any(settings.MfaMethods.Contains);

    private static bool HasContext(JsonElement claims, IdentityProviderSettings settings) =>
        StrictJson.Text(claims, "acr") is { } context && settings.MfaContexts.Contains(context);
}
