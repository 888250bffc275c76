using System.Security.Claims;
using OpenIddict.Abstractions;
using Secronna.IdentityProvider.People;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Secronna.IdentityProvider;

/// <summary>What tokens say of a person, in Huudis's words.</summary>
internal static class TokenClaims
{
    public const string AccountId = "accountId";
    public const string IdentityType = "identityType";
    public const string MfaVerified = "mfaVerified";

    /// <summary>Name and value, a string or a bool, of each claim that the person has, but for the subject.</summary>
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

    /// <summary>What the provider signs in. All claims are in access tokens and in ID tokens.</summary>
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
