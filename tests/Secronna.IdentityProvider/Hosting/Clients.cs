using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Secronna.IdentityProvider.Hosting;

/// <summary>The OAuth clients that the provider knows.</summary>
internal static class Clients
{
    /// <summary>Registers the clients of the options that are not registered yet.</summary>
    public static async Task RegisterAsync(IServiceProvider services, ProviderOptions options)
    {
        using var scope = services.CreateScope();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        foreach (var client in options.ServiceAccounts.Select(ServiceAccount).Prepend(CommandLine(options)))
        {
            if (await applications.FindByClientIdAsync(client.ClientId!) is null)
            {
                await applications.CreateAsync(client);
            }
        }
    }

    // A native application's loopback redirects may have any port (RFC 8252, section 7.3).
    private static OpenIddictApplicationDescriptor CommandLine(ProviderOptions options) => new()
    {
        ClientId = options.ClientId,
        ClientType = ClientTypes.Public,
        ApplicationType = ApplicationTypes.Native,
        ConsentType = ConsentTypes.Implicit,
        RedirectUris = { new Uri("http://127.0.0.1/callback"), new Uri("http://[::1]/callback") },
        PostLogoutRedirectUris = { new Uri("http://127.0.0.1/") },
        Permissions =
        {
            Permissions.Endpoints.Authorization,
            Permissions.Endpoints.DeviceAuthorization,
            Permissions.Endpoints.Token,
            Permissions.Endpoints.Revocation,
            Permissions.Endpoints.EndSession,
            Permissions.GrantTypes.AuthorizationCode,
            Permissions.GrantTypes.DeviceCode,
            Permissions.GrantTypes.RefreshToken,
            Permissions.ResponseTypes.Code,
        },
    };

    private static OpenIddictApplicationDescriptor ServiceAccount(People.ServiceAccount account) => new()
    {
        ClientId = account.ClientId,
        ClientSecret = account.Secret,
        ClientType = ClientTypes.Confidential,
        Permissions = { Permissions.Endpoints.Token, Permissions.GrantTypes.ClientCredentials },
    };
}
