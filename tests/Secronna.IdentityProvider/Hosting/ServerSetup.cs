using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Secronna.IdentityProvider.Hosting;

/// <summary>Configures OpenIddict to behave like Huudis.</summary>
internal static class ServerSetup
{
    public static void AddOpenIddictServer(this IServiceCollection services, ProviderState state)
    {
        services.AddOpenIddict()
            .AddCore(core =>
            {
                core.UseEntityFrameworkCore().UseDbContext<TokenStore>().DisableBulkOperations();
                core.Configure(options => options.TimeProvider = state.Options.TimeProvider);
            })
            .AddServer(server =>
            {
                AddEndpoints(server);
                AddFlows(server, state.Options);
                ServerEvents.Add(server, state);
                server.Configure(options => Configure(options, state));
                server.AddEncryptionKey(state.EncryptionKey).DisableAccessTokenEncryption();
            });
    }

    private static void AddEndpoints(OpenIddictServerBuilder server)
    {
        server.SetConfigurationEndpointUris(ProviderPaths.Discovery)
            .SetJsonWebKeySetEndpointUris(ProviderPaths.Jwks)
            .SetAuthorizationEndpointUris(ProviderPaths.Authorize)
            .SetDeviceAuthorizationEndpointUris(ProviderPaths.DeviceAuthorization)
            .SetEndUserVerificationEndpointUris(ProviderPaths.Device)
            .SetTokenEndpointUris(ProviderPaths.Token)
            .SetUserInfoEndpointUris(ProviderPaths.UserInfo)
            .SetRevocationEndpointUris(ProviderPaths.Revoke)
            .SetEndSessionEndpointUris(ProviderPaths.Logout);
        server.UseAspNetCore()
            .DisableTransportSecurityRequirement()
            .EnableAuthorizationEndpointPassthrough()
            .EnableEndUserVerificationEndpointPassthrough()
            .EnableTokenEndpointPassthrough()
            .EnableUserInfoEndpointPassthrough()
            .EnableEndSessionEndpointPassthrough();
    }

    private static void AddFlows(OpenIddictServerBuilder server, ProviderOptions options)
    {
        // User codes have no vowels, so that they spell no words, and no digits, which look like letters (RFC 8628, 6.1).
        server.AllowAuthorizationCodeFlow()
            .AllowDeviceAuthorizationFlow()
            .AllowRefreshTokenFlow()
            .AllowClientCredentialsFlow()
            .RequireProofKeyForCodeExchange()
            .SetUserCodeCharset([.. "BCDFGHJKLMNPQRSTVWXZ".Select(letter => letter.ToString())])
            .SetUserCodeLength(8)
            .SetUserCodeDisplayFormat("{0}{1}{2}{3}-{4}{5}{6}{7}")
            .SetAccessTokenLifetime(options.AccessTokenLifetime)
            .SetRefreshTokenLifetime(options.RefreshTokenLifetime)
            .SetDeviceCodeLifetime(options.DeviceCodeLifetime)
            .SetUserCodeLifetime(options.DeviceCodeLifetime)
            .SetRefreshTokenReuseLeeway(TimeSpan.Zero)
            .RegisterScopes(Scopes.OpenId, Scopes.Profile, Scopes.Email, Scopes.OfflineAccess)
            .DisableScopeValidation()
            .IgnoreScopePermissions();
    }

    // Runs first when the provider already listens, because the issuer contains the port, and again after each key rotation.
    private static void Configure(OpenIddictServerOptions options, ProviderState state)
    {
        options.TimeProvider = state.Options.TimeProvider;
        options.Issuer = new Uri(state.Issuer);
        options.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain);
        options.SigningCredentials.AddRange(state.Keys.All.Select(key => key.ToCredentials()));
    }
}
