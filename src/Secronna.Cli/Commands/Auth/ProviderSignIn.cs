using System.CommandLine;
using Duende.IdentityModel.Client;
using Secronna.Cli.Session;
using Secronna.Client;

namespace Secronna.Cli.Commands.Auth;

/// <summary>Signing in at the identity provider with a code (RFC 8628): as the server says, or as these options do.</summary>
internal sealed class ProviderOptions
{
    private const string UsualClientId = "secronna-cli";

    // What a server may ask for by itself: who someone is, and nothing that they may do elsewhere.
    private static readonly string[] UsualScopes = ["openid", "profile", "email", "offline_access"];

    private Option<bool> NoBrowser { get; } = new("--no-browser") { Description = "Only show the address and the code" };

    private Option<string?> Issuer { get; } = new("--issuer") { Description = "The identity provider; else SECRONNA_HUUDIS_ISSUER, else as the server says" };

    private Option<string?> ClientId { get; } = new("--client-id") { Description = "As which client; else SECRONNA_CLI_CLIENT_ID, else as the server says" };

    private Option<string?> Scope { get; } = new("--scope") { Description = "What to ask for; else as the server says" };

    public void AddTo(Command command)
    {
        command.Options.Add(NoBrowser);
        command.Options.Add(Issuer);
        command.Options.Add(ClientId);
        command.Options.Add(Scope);
    }

    /// <summary>Shows the code, and waits until the person has entered it at the provider.</summary>
    /// <exception cref="SecronnaException">The provider refused, the person did, or the code ran out.</exception>
    public async Task<SignIn> SignInAsync(Invocation invocation, Uri server)
    {
        var (issuer, clientId, scope) = await ConfigurationAsync(invocation, server).ConfigureAwait(false);
        // The server said most of this: whoever signs in must see where, as what, and who gets the token.
        Invocation.Note($"Signing in at {issuer} as {clientId}, for {scope}. {Connecting.Origin(server)} gets the token.");
        using var http = IdentityProvider.NewHttp();
        var provider = await IdentityProvider.DiscoverAsync(http, issuer, invocation.IsInsecure, invocation.Cancellation).ConfigureAwait(false);
        using var device = await provider.BeginDeviceAsync(clientId, scope, invocation.Cancellation).ConfigureAwait(false);
        Show(device, invocation);
        return await new DeviceFlow(provider, clientId, TimeProvider.System).WaitAsync(device, invocation.Cancellation).ConfigureAwait(false);
    }

    private async Task<(string Issuer, string ClientId, string Scope)> ConfigurationAsync(Invocation invocation, Uri server)
    {
        using var client = new SecronnaClient(new SecronnaClientOptions { Server = server, AllowPlainHttp = invocation.IsInsecure });
        var said = await client.GetAuthConfigAsync(invocation.Cancellation).ConfigureAwait(false);
        return (
            invocation.Get(Issuer) ?? Variables.Find("SECRONNA_HUUDIS_ISSUER") ?? said.Issuer
                ?? throw new CliException("this server has no identity provider: keep a key with `secronna auth login --api-key -`"),
            invocation.Get(ClientId) ?? Variables.Find("SECRONNA_CLI_CLIENT_ID") ?? said.CliClientId ?? UsualClientId,
            invocation.Get(Scope) ?? string.Join(' ', (said.Scopes ?? UsualScopes).Intersect(UsualScopes)));
    }

    private void Show(DeviceAuthorizationResponse device, Invocation invocation)
    {
        Invocation.Note($"Open {device.VerificationUri} and enter the code {device.UserCode}");
        var address = device.VerificationUriComplete ?? device.VerificationUri!;
        if (!invocation.Get(NoBrowser) && Connecting.IsSafe(address, invocation.IsInsecure) && Browser.TryOpen(new Uri(address)))
        {
            Invocation.Note("It was opened in the browser: check that it shows this code.");
        }
    }
}
