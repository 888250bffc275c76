using Microsoft.AspNetCore.Authentication;
using Secronna.IdentityProvider.Hosting;

namespace Secronna.IdentityProvider.Pages;

/// <summary>Ends the session. The provider keeps none, so there is only the way back.</summary>
internal static class LogoutEndpoint
{
    public static IResult Handle() =>
        Results.SignOut(new AuthenticationProperties { RedirectUri = ProviderPaths.SignedOut }, [Refusal.Scheme]);

    public static IResult Done() => Html.Page("Signed out", "<p>You are signed out.");
}
