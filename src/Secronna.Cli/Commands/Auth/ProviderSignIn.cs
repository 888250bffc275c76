using System.CommandLine;
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

    // The scopes of an older server, which names none: they say who the person is, and allow nothing elsewhere.
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

    private Option<bool> Yes { get; } = new("--yes") { Description = "Agree to the identity provider that the server names, without being asked" };

    private Option<string?> Scope { get; } = new("--scope") { Description = "The scopes to ask for, separated by spaces; without this option as the server says" };

    public void AddTo(Command command)
    {
        command.Options.Add(NoBrowser);
        command.Options.Add(Issuer);
        command.Options.Add(ClientId);
        command.Options.Add(Scope);
        command.Options.Add(Yes);
    }

    /// <summary>Shows the code and waits until the person has entered it at the provider.</summary>
    /// <returns>The sign-in, and what to remember of it for this server.</returns>
    /// <exception cref="SecronnaException">The provider or the person refused, or the code expired.</exception>
    public async Task<(SignIn SignIn, PinnedProvider Pin)> SignInAsync(CommandInvocation invocation, Uri server)
    {
        var (client, pin) = await ConfigurationAsync(invocation, server).ConfigureAwait(false);
        // Most of this comes from the server. The person must see where they sign in, as which client, and who gets the token.
        StandardError.WriteNote($"Signing in {pin.Describe()}. The token is sent to {ServerAddress.Origin(server)}.");
        PinnedProviders.RequireAgreed(ServerAddress.Origin(server), pin, SessionFile.OfUser.ReadPins(), invocation.Get(Yes));
        using var http = IdentityProvider.NewHttp();
        var provider = await IdentityProvider.DiscoverAsync(http, pin.Issuer, invocation.IsInsecure, invocation.Cancellation).ConfigureAwait(false);
        using var device = await provider.BeginDeviceAsync(client, pin.Scope, invocation.Cancellation).ConfigureAwait(false);
        Show(DeviceAddresses.Of(device, pin.Issuer, invocation.IsInsecure), device.UserCode, invocation);
        var signIn = await new DeviceFlow(provider, client, TimeProvider.System).WaitAsync(device, invocation.Cancellation).ConfigureAwait(false);
        ReceivedToken.Require(signIn.AccessToken, client, pin.Issuer);
        return (signIn, pin);
    }

    private async Task<(ProviderClient Client, PinnedProvider Pin)> ConfigurationAsync(CommandInvocation invocation, Uri server)
    {
        using var client = new SecronnaClient(new SecronnaClientOptions { Server = server, AllowPlainHttp = invocation.IsInsecure });
        var fromServer = await client.GetAuthConfigAsync(invocation.Cancellation).ConfigureAwait(false);
        var named = invocation.Get(ClientId) ?? EnvironmentVariables.Find(EnvironmentVariables.ClientId);
        var signInClient = ProviderClient.Of(fromServer, named ?? fromServer.CliClientId ?? UsualClientId);
        return (signInClient, new PinnedProvider(
            invocation.Get(Issuer) ?? EnvironmentVariables.Find(EnvironmentVariables.Issuer) ?? fromServer.Issuer
                ?? throw new CliException("this server has no identity provider: save a key with `secronna auth login --api-key -`"),
            signInClient.Id,
            invocation.Get(Scope) ?? string.Join(' ', fromServer.Scopes ?? UsualScopes),
            signInClient.Parameters,
            signInClient.TokenType));
    }

    private void Show((Uri Address, Uri WithCode) device, string? code, CommandInvocation invocation)
    {
        StandardError.WriteNote($"Open {ServerAddress.Shown(device.Address)} and enter the code {code}");
        if (!invocation.Get(NoBrowser) && Browser.TryOpen(device.WithCode))
        {
            StandardError.WriteNote("The address was opened in your browser: check that it shows this code.");
        }
    }
}
