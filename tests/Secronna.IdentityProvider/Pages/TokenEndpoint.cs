using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using Secronna.IdentityProvider.Hosting;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Secronna.IdentityProvider.Pages;

/// <summary>The token endpoint. OpenIddict has validated the client and its code, refresh token or secret before.</summary>
internal static class TokenEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext context, ProviderState state)
    {
        var request = context.GetOpenIddictServerRequest()!;
        var principal = request.IsClientCredentialsGrantType()
            ? ServiceAccountPrincipal(request, state)
            : PersonPrincipal((await context.AuthenticateAsync(Refusal.Scheme)).Principal, state);
        return principal is null
            ? Refusal.Of(Errors.InvalidGrant, "The person or service account no longer exists.")
            : Results.SignIn(principal, authenticationScheme: Refusal.Scheme);
    }

    private static ClaimsPrincipal? ServiceAccountPrincipal(OpenIddictRequest request, ProviderState state) =>
        state.Options.ServiceAccounts.FirstOrDefault(account => account.ClientId == request.ClientId) is { } account
            ? TokenClaims.ToPrincipal(
                account.Identity,
                request.GetScopes(),
                Decision.AudiencesOf((string?)request[Decision.AudienceField], state.Options))
            : null;

    // The claims are the person's current ones, not those at the sign-in, so that a refreshed token has a changed role.
    private static ClaimsPrincipal? PersonPrincipal(ClaimsPrincipal? granted, ProviderState state) =>
        granted is not null && state.People.Find(granted.GetClaim(Claims.Subject)) is { } person
            ? TokenClaims.ToPrincipal(person, granted.GetScopes(), granted.GetResources())
            : null;
}
