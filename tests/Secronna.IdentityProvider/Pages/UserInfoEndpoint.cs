using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using Secronna.IdentityProvider.Hosting;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Secronna.IdentityProvider.Pages;

/// <summary>The userinfo endpoint: returns the current claims of an access token's person.</summary>
internal static class UserInfoEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext context, ProviderState state)
    {
        var subject = (await context.AuthenticateAsync(Refusal.Scheme)).Principal?.GetClaim(Claims.Subject);
        var person = state.People.Find(subject)
            ?? state.Options.ServiceAccounts.FirstOrDefault(account => account.Identity.Sub == subject)?.Identity;
        if (person is null)
        {
            return Refusal.Of(Errors.InvalidToken, "There is no such person.");
        }

        var claims = TokenClaims.Of(person).ToDictionary(claim => claim.Name, claim => claim.Value);
        claims[Claims.Subject] = person.Sub;
        return Results.Json(claims);
    }
}
