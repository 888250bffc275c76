using Microsoft.AspNetCore.Authentication;

namespace Secronna.IdentityProvider.Pages;

/// <summary>Ends the session. The provider keeps none, so there is only the way back.</summary>
internal static class LogoutEndpoint
{
    public static IResult Handle() =>
        Results.SignOut(new AuthenticationProperties { RedirectUri = "/device/done" }, [Refusal.Scheme]);
}
