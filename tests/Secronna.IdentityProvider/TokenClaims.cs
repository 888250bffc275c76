using System.Security.Claims;
using OpenIddict.Abstractions;
using Secronna.IdentityProvider.People;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Secronna.IdentityProvider;

/// <summary>The claims about a person in tokens, with Huudis's names.</summary>
internal static class TokenClaims
{
    public const string AccountId = "accountId";
    public const string IdentityType = "identityType";
    public const string MfaVerified = "mfaVerified";

    /// <summary>Returns the claims that the person has, except the subject. A value is a string or a bool.</summary>
    public static IEnumerable<(string Name, object Value)> Of(Person person)
    {
        (string Name, object? Value)[] claims =
        [
            (AccountId, person.AccountId),
            (IdentityType, person.IdentityType),
            (Claims.Email, person.Email),
            (Claims.Name, person.Name),
            (Claims.Role, person.Role),
            (MfaVerified, person.MfaVerified),
        ];
        return claims.Where(claim => claim.Value is not null).Select(claim => (claim.Name, claim.Value!));
    }

    /// <summary>Returns the principal that OpenIddict signs in. All its claims are in access tokens and in ID tokens.</summary>
    public static ClaimsPrincipal ToPrincipal(Person person, IEnumerable<string> scopes, IEnumerable<string> audiences)
    {
        var identity = new ClaimsIdentity("password", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, person.Sub);
        foreach (var (name, value) in Of(person))
        {
            if (value is bool flag)
            {
                identity.SetClaim(name, flag);
            }
            else
            {
                identity.SetClaim(name, (string)value);
            }
        }

        identity.SetScopes(scopes);
        identity.SetResources(audiences);
        identity.SetDestinations(_ => [Destinations.AccessToken, Destinations.IdentityToken]);
        return new ClaimsPrincipal(identity);
    }
}
