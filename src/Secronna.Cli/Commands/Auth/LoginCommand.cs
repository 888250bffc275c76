using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Cli.Output;
using Secronna.Cli.Session;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Auth;

/// <summary>
/// <c>auth login</c>: signs in at the identity provider, or takes an API key or access key. The credential is saved for one
/// server, after that server has accepted it.
/// </summary>
internal static class LoginCommand
{
    public static Command Create()
    {
        var server = new Option<string?>("--server")
        {
            Description = "The server, for example https://secrets.example; without this option SECRONNA_API_URL, else the server on this machine",
        };
        var apiKey = new Option<string?>("--api-key")
        {
            Description = "Save this API key or access key instead of signing in; - reads it from standard input, so that no list of processes shows it",
        };
        var signIn = new ProviderSignIn();
        var command = new Command("login", "Sign in and save the session, or save a key, in ~/.secronna/session.json; it is sent to this server only") { server, apiKey };
        signIn.AddTo(command);
        return command
            .WithExample("secronna auth login --server https://secrets.example")
            .WithExample("secronna auth login --api-key -")
            .WithAction(invocation => RunAsync(
                invocation, ServerAddress.ForSignIn(invocation.Get(server), invocation.IsInsecure), invocation.Get(apiKey), signIn));
    }

    private static async Task RunAsync(CommandInvocation invocation, Uri server, string? key, ProviderSignIn provider)
    {
        var origin = ServerAddress.Origin(server);
        var session = key is not null
            ? new SavedSession(origin, KeyInput.Read(key), null)
            : await SignInAsync(invocation, server, provider).ConfigureAwait(false);
        var me = await AskWhoAsync(invocation, server, session).ConfigureAwait(false);
        await SaveAsync(session, invocation.Cancellation).ConfigureAwait(false);
        StandardError.WriteNote($"Signed in to {origin} as {WhoamiCommand.Name(me)}.");
        if (ServerConnection.IsTokenFromVariable)
        {
            StandardError.WriteNote("SECRONNA_TOKEN is set and wins over the saved credential.");
        }
    }

    private static async Task<SavedSession> SignInAsync(CommandInvocation invocation, Uri server, ProviderSignIn provider)
    {
        var (signIn, pin) = await provider.SignInAsync(invocation, server).ConfigureAwait(false);
        var origin = ServerAddress.Origin(server);
        return new SavedSession(origin, null, signIn) { Pins = new Dictionary<string, PinnedProvider> { [origin] = pin } };
    }

    private static async Task<MeResponse> AskWhoAsync(CommandInvocation invocation, Uri server, SavedSession session)
    {
        var credential = Credential.Of(session.ApiKey ?? session.SignIn!.AccessToken);
        using var client = new ServerConnection(server, credential, invocation.IsInsecure).CreateClient();
        return await client.GetMeAsync(invocation.Cancellation).ConfigureAwait(false);
    }

    private static async Task SaveAsync(SavedSession session, CancellationToken cancellation)
    {
        var file = SessionFile.OfUser;
        using (await file.LockAsync(TimeProvider.System, cancellation).ConfigureAwait(false))
        {
            file.Write(session);
        }
    }
}
