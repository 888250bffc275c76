using Microsoft.Extensions.Options;
using OpenIddict.Server;
using Secronna.IdentityProvider.Hosting;
using Secronna.IdentityProvider.Keys;

namespace Secronna.IdentityProvider.Pages;

/// <summary>Rotates the signing key of a provider that runs as a process of its own. Real providers have no such endpoint.</summary>
internal static class RotateEndpoint
{
    public static IResult Handle(
        ProviderState state,
        IOptionsMonitorCache<OpenIddictServerOptions> cache,
        bool keepOld = true,
        SigningAlgorithm? algorithm = null)
    {
        var next = SigningKey.Create(algorithm ?? state.Keys.Current.Algorithm);
        state.Keys.Rotate(next, keepOld);
        cache.Clear();
        return Results.Json(new { kid = next.Kid });
    }
}
