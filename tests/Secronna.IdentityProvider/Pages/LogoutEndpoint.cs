using Microsoft.AspNetCore.Authentication;
using Secronna.IdentityProvider.Hosting;

namespace Secronna.IdentityProvider.Pages;

/// <summary>The end-session endpoint. The provider keeps no sessions, so it only redirects.</summary>
internal static class LogoutEndpoint
{
    public static IResult Handle() =>
        Results.SignOut(new AuthenticationProperties { RedirectUri = ProviderPaths.SignedOut }, [Refusal.Scheme]);

    public static IResult Done() => Html.Page("Signed out", "<p>You are signed out.");
}
