using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using Secronna.IdentityProvider.Hosting;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Secronna.IdentityProvider.Pages;

/// <summary>Gives tokens. OpenIddict has checked the client and what it hands in.</summary>
internal static class TokenEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext context, ProviderState state)
    {
        var request = context.GetOpenIddictServerRequest()!;
        var principal = request.IsClientCredentialsGrantType()
            ? OfServiceAccount(request, state)
            : OfPerson((await context.AuthenticateAsync(Refusal.Scheme)).Principal, state);
        return principal is null
            ? Refusal.Of(Errors.InvalidGrant, "Whoever this is for is no longer there.")
            : Results.SignIn(principal, authenticationScheme: Refusal.Scheme);
    }

    private static ClaimsPrincipal? OfServiceAccount(OpenIddictRequest request, ProviderState state) =>
        state.Options.ServiceAccounts.FirstOrDefault(account => account.ClientId == request.ClientId) is { } account
            ? TokenClaims.ToPrincipal(
                account.Identity,
                request.GetScopes(),
                Decision.AudiencesOf((string?)request[Decision.AudienceField], state.Options))
            : null;

    // The person's claims are those of now, not those of the sign-in: a refresh is how a new role gets about.
    private static ClaimsPrincipal? OfPerson(ClaimsPrincipal? granted, ProviderState state) =>
        granted is not null && state.People.Find(granted.GetClaim(Claims.Subject)) is { } person
            ? TokenClaims.ToPrincipal(person, granted.GetScopes(), granted.GetResources())
            : null;
}
