using Microsoft.AspNetCore.Authentication;
using OpenIddict.Server.AspNetCore;

namespace Secronna.IdentityProvider.Pages;

/// <summary>OAuth errors, which OpenIddict writes in the format of the endpoint that was called.</summary>
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
