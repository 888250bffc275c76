using Microsoft.AspNetCore.Authentication;
using OpenIddict.Server.AspNetCore;

namespace Secronna.IdentityProvider.Pages;

/// <summary>Errors as OAuth has them: OpenIddict writes them in the way of the endpoint that was asked.</summary>
internal static class Refusal
{
    public const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static IResult Of(string error, string description, string? redirectUri = null) => Results.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        })
        { RedirectUri = redirectUri },
        [Scheme]);
}
