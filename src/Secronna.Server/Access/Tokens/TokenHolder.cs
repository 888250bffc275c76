using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Server.Access.Tokens;

/// <summary>
/// Whether a token is a person's or a program's. Claims that people can choose may take power away. Only claims that nobody
/// can choose lift the second factor.
/// </summary>
/// <param name="ActorType"><see cref="ActorTypes.User"/>, or <see cref="ActorTypes.ServiceAccount"/>, which needs no second factor.</param>
/// <param name="IsPerson">Whether nothing suggests that the token is a program's.</param>
internal sealed record TokenHolder(string ActorType, bool IsPerson)
{
    private const string ServiceAccountNameStart = "service-account-";
    private static readonly string[] ClientClaims = ["client_id", "azp", "cid"];

    // Claims of a sign-in by a person. A program has nothing to show for them.
    private static readonly string[] SignInClaims = ["amr", "nonce", "at_hash"];

    public bool IsProgram => ActorType == ActorTypes.ServiceAccount;

    /// <summary>
    /// Reads the holder of a token; <c>null</c> if the token is a program's and comes from a client through which people sign in,
    /// or if its identity type is unknown.
    /// </summary>
    public static TokenHolder? Read(JsonElement claims, IdentityProviderSettings settings)
    {
        if (!TryReadIdentityType(claims, settings.Claims.IdentityType, out var identityType))
        {
            return null;
        }

        var clients = ClientClaims.Select(name => StrictJson.Text(claims, name)).OfType<string>().ToList();
        var isMarked = identityType == ActorTypes.ServiceAccount
            || StrictJson.Text(claims, "idtyp") == "app"
            || StrictJson.Text(claims, "gty") == "client-credentials"
            || clients.Exists(settings.Programs.Contains);
        if (isMarked && !SignInClaims.Any(name => claims.TryGetProperty(name, out _)))
        {
            return clients.Exists(settings.SignIn.IsPeoplesClient) ? null : new TokenHolder(ActorTypes.ServiceAccount, IsPerson: false);
        }

        return new TokenHolder(ActorTypes.User, IsPerson: !isMarked && !LooksLikeProgram(claims, clients));
    }

    private static bool LooksLikeProgram(JsonElement claims, List<string> clients) =>
        StrictJson.Text(claims, "preferred_username")?.StartsWith(ServiceAccountNameStart, StringComparison.Ordinal) == true
        || (StrictJson.Text(claims, "sub") is { } subject && clients.Contains(subject));

    private static bool TryReadIdentityType(JsonElement claims, string path, out string? type)
    {
        type = null;
        if (!ClaimPath.TryFind(claims, path, out var claim))
        {
            return true;
        }

        type = StrictJson.Text(claim);
        return type is ActorTypes.User or ActorTypes.ServiceAccount;
    }
}
