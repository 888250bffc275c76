using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using Secronna.IdentityProvider.Hosting;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Secronna.IdentityProvider.Pages;

/// <summary>The page on which a person enters the user code that their device shows (RFC 8628, section 3.3).</summary>
internal static class DevicePage
{
    public static async Task<IResult> HandleAsync(HttpContext context, ProviderState state)
    {
        var code = context.GetOpenIddictServerRequest()?.UserCode;
        var decision = await Decision.ReadAsync(context.Request, state);
        if (decision is null)
        {
            return Form(code, state, "");
        }

        // OpenIddict looks up the user code. The result has the scopes that the device requested.
        var device = await context.AuthenticateAsync(Refusal.Scheme);
        if (device is not { Succeeded: true, Principal: { } requested } || requested.GetClaim(Claims.ClientId) is null)
        {
            return Form(code, state, "<p>There is no such code, or it can no longer be used.");
        }

        if (!decision.IsAllowed || decision.Person is null)
        {
            return Refusal.Of(Errors.AccessDenied, "The sign-in was denied.", ProviderPaths.DeviceDone);
        }

        return Results.SignIn(
            TokenClaims.ToPrincipal(decision.Person, requested.GetScopes(), decision.Audiences),
            new AuthenticationProperties { RedirectUri = ProviderPaths.DeviceDone },
            Refusal.Scheme);
    }

    public static IResult Done() => Html.Page("Done", "<p>Your device has its answer.");

    private static IResult Form(string? code, ProviderState state, string complaint)
    {
        var field = $"<p><label>Code <input name=\"user_code\" value=\"{Html.Encode(code ?? "")}\"></label>";
        var status = complaint.Length > 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        return Html.Page("Device", complaint + Html.DecisionForm(ProviderPaths.Device, field, state.People.All), status);
    }
}
