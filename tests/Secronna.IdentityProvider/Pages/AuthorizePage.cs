using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using Secronna.IdentityProvider.Hosting;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Secronna.IdentityProvider.Pages;

/// <summary>The sign-in page of the code flow. OpenIddict has validated the request before it comes here.</summary>
internal static class AuthorizePage
{
    public static async Task<IResult> HandleAsync(HttpContext context, ProviderState state)
    {
        var request = context.GetOpenIddictServerRequest()!;
        return await Decision.ReadAsync(context.Request, state) switch
        {
            null => Form(request, state),
            { IsAllowed: false } or { Person: null } => Refusal.Of(Errors.AccessDenied, "The sign-in was denied."),
            var decision => Results.SignIn(
                TokenClaims.ToPrincipal(decision.Person, request.GetScopes(), decision.Audiences),
                authenticationScheme: Refusal.Scheme),
        };
    }

    private static IResult Form(OpenIddictRequest request, ProviderState state)
    {
        var fields = request.GetParameters().Select(parameter => Html.Hidden(parameter.Key, (string?)parameter.Value));
        return Html.Page("Sign in", Html.DecisionForm(ProviderPaths.Authorize, string.Concat(fields), state.People.All));
    }
}
