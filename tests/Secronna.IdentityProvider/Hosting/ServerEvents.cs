using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Secronna.IdentityProvider.Hosting;

/// <summary>Event handlers that change OpenIddict's default behaviour to Huudis's.</summary>
internal static class ServerEvents
{
    public static void Add(OpenIddictServerBuilder server, ProviderState state)
    {
        // OpenIddict writes the issuer as a URI, with a slash at its end. Huudis's issuer has no slash, and issuers are compared
        // character by character.
        server.AddEventHandler<HandleConfigurationRequestContext>(handler => handler
            .UseInlineHandler(context =>
            {
                context.Metadata[Metadata.Issuer] = state.Issuer;
                return ValueTask.CompletedTask;
            })
            .SetOrder(int.MaxValue));
        server.AddEventHandler<ApplyAuthorizationResponseContext>(handler => handler
            .UseInlineHandler(context =>
            {
                if (context.Response.HasParameter(Parameters.Iss))
                {
                    context.Response.Iss = state.Issuer;
                }

                return ValueTask.CompletedTask;
            })
            .SetOrder(OpenIddictServerHandlers.Authentication.AttachIssuer.Descriptor.Order + 1));
        server.AddEventHandler<GenerateTokenContext>(handler => handler
            .UseInlineHandler(context =>
            {
                context.Principal.SetClaim(Claims.Private.Issuer, state.Issuer);
                return ValueTask.CompletedTask;
            })
            .SetOrder(int.MinValue));

        // Withdrawn keys still verify the provider's own refresh tokens, but the JWKS must not contain them.
        server.AddEventHandler<HandleJsonWebKeySetRequestContext>(handler => handler
            .UseInlineHandler(context =>
            {
                context.Keys.RemoveAll(key => state.Keys.Published.All(published => published.Kid != key.KeyId));
                return ValueTask.CompletedTask;
            })
            .SetOrder(int.MaxValue));

        server.AddEventHandler<ApplyDeviceAuthorizationResponseContext>(handler => handler
            .UseInlineHandler(context =>
            {
                if (context.Error is null)
                {
                    context.Response["interval"] = (long)Math.Ceiling((state.Options.AnnouncedPollingInterval ?? state.Options.PollingInterval).TotalSeconds);
                }

                return ValueTask.CompletedTask;
            })
            .SetOrder(int.MinValue));
        server.AddEventHandler<ValidateTokenRequestContext>(handler => handler
            .UseInlineHandler(context =>
            {
                if (context.Request.DeviceCode is { } code && state.Pace.IsTooFast(code))
                {
                    state.Options.SlowedDown?.Invoke();
                    context.Reject(Errors.SlowDown, "Poll more slowly.");
                }

                return ValueTask.CompletedTask;
            })
            .SetOrder(int.MinValue));
    }
}
