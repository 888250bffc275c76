using System.CommandLine;
using Duende.IdentityModel.Client;
using Secronna.Cli.Errors;
using Secronna.Cli.Output;
using Secronna.Cli.Session;
using Secronna.Cli.Variables;
using Secronna.Client;

namespace Secronna.Cli.Commands.Auth;

/// <summary>
/// Signs a person in at the identity provider by a device code (RFC 8628). The server says which provider, client and scopes to
/// use; the command's options and the environment variables take precedence over the server's answer.
/// </summary>
internal sealed class ProviderSignIn
{
    private const string UsualClientId = "secronna-cli";

    // The scopes that a server may choose by itself: they say who the person is, and allow nothing elsewhere.
    private static readonly string[] UsualScopes = ["openid", "profile", "email", "offline_access"];

    private Option<bool> NoBrowser { get; } = new("--no-browser") { Description = "Show the address and the code without opening a browser" };

    private Option<string?> Issuer { get; } = new("--issuer")
    {
        Description = "The identity provider; without this option SECRONNA_HUUDIS_ISSUER, else as the server says",
    };

    private Option<string?> ClientId { get; } = new("--client-id")
    {
        Description = "The client id to sign in with; without this option SECRONNA_CLI_CLIENT_ID, else as the server says",
    };

    private Option<string?> Scope { get; } = new("--scope") { Description = "The scopes to ask for, separated by spaces; without this option as the server says" };

    public void AddTo(Command command)
    {
        command.Options.Add(NoBrowser);
        command.Options.Add(Issuer);
        command.Options.Add(ClientId);
        command.Options.Add(Scope);
    }

    /// <summary>Shows the code and waits until the person has entered it at the provider.</summary>
    /// <exception cref="SecronnaException">The provider or the person refused, or the code expired.</exception>
    public async Task<SignIn> SignInAsync(CommandInvocation invocation, Uri server)
    {
        var (issuer, clientId, scope) = await ConfigurationAsync(invocation, server).ConfigureAwait(false);
        // Most of this comes from the server. The person must see where they sign in, as which client, and who gets the token.
        StandardError.WriteNote($"Signing in at {issuer} as client {clientId}, for the scopes {scope}. The token is sent to {ServerAddress.Origin(server)}.");
        using var http = IdentityProvider.NewHttp();
        var provider = await IdentityProvider.DiscoverAsync(http, issuer, invocation.IsInsecure, invocation.Cancellation).ConfigureAwait(false);
        using var device = await provider.BeginDeviceAsync(clientId, scope, invocation.Cancellation).ConfigureAwait(false);
        Show(device, invocation);
        return await new DeviceFlow(provider, clientId, TimeProvider.System).WaitAsync(device, invocation.Cancellation).ConfigureAwait(false);
    }

    private async Task<(string Issuer, string ClientId, string Scope)> ConfigurationAsync(CommandInvocation invocation, Uri server)
    {
        using var client = new SecronnaClient(new SecronnaClientOptions { Server = server, AllowPlainHttp = invocation.IsInsecure });
        var fromServer = await client.GetAuthConfigAsync(invocation.Cancellation).ConfigureAwait(false);
        return (
            invocation.Get(Issuer) ?? EnvironmentVariables.Find(EnvironmentVariables.Issuer) ?? fromServer.Issuer
                ?? throw new CliException("this server has no identity provider: save a key with `secronna auth login --api-key -`"),
            invocation.Get(ClientId) ?? EnvironmentVariables.Find(EnvironmentVariables.ClientId) ?? fromServer.CliClientId ?? UsualClientId,
            invocation.Get(Scope) ?? string.Join(' ', (fromServer.Scopes ?? UsualScopes).Intersect(UsualScopes)));
    }

    private void Show(DeviceAuthorizationResponse device, CommandInvocation invocation)
    {
        StandardError.WriteNote($"Open {device.VerificationUri} and enter the code {device.UserCode}");
        var address = device.VerificationUriComplete ?? device.VerificationUri!;
        if (!invocation.Get(NoBrowser) && ServerAddress.IsSafe(address, invocation.IsInsecure) && Browser.TryOpen(new Uri(address)))
        {
            StandardError.WriteNote("The address was opened in your browser: check that it shows this code.");
        }
    }
}
