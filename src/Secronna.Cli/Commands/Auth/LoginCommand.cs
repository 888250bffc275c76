using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Cli.Input;
using Secronna.Cli.Session;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Auth;

/// <summary>
/// <c>auth login</c>: signs in at the identity provider, or takes a key, and keeps it for a server once that has taken it.
/// </summary>
internal static class LoginCommand
{
    // Longer than any key, and far from filling memory.
    private const int MostKeyLength = 16 * 1024;

    public static Command Create()
    {
        var server = new Option<string?>("--server") { Description = "The server, as https://secrets.example; else SECRONNA_API_URL, else the one of this machine" };
        var apiKey = new Option<string?>("--api-key") { Description = "An API key or access key to keep instead; - reads it from standard input, where no process list shows it" };
        var provider = new ProviderOptions();
        var command = new Command("login", "Sign in, and keep the session or a key in ~/.secronna/session.json, for this server alone");
        command.Options.Add(server);
        command.Options.Add(apiKey);
        provider.AddTo(command);
        return command.Example("secronna auth login --server https://secrets.example").Example("secronna auth login --api-key -").Does(invocation => RunAsync(invocation, Connecting.ServerToSignInTo(invocation.Get(server), invocation.IsInsecure), invocation.Get(apiKey), provider));
    }

    private static async Task RunAsync(Invocation invocation, Uri server, string? key, ProviderOptions provider)
    {
        var origin = Connecting.Origin(server);
        var session = key is not null
            ? new SavedSession(origin, Key(key), null)
            : new SavedSession(origin, null, await provider.SignInAsync(invocation, server).ConfigureAwait(false));
        using var client = Connecting.Open(server, Credential.Of(session.ApiKey ?? session.SignIn!.AccessToken), invocation.IsInsecure);
        var me = await client.GetMeAsync(invocation.Cancellation).ConfigureAwait(false);
        var file = SessionFile.OfUser;
        using (await file.TakeTurnAsync(TimeProvider.System, invocation.Cancellation).ConfigureAwait(false))
        {
            file.Write(session);
        }

        Tell(origin, me);
    }

    private static void Tell(string origin, MeResponse me)
    {
        Invocation.Note($"Signed in to {origin} as {WhoamiCommand.Name(me)}.");
        if (Connecting.IsTokenFromVariable)
        {
            Invocation.Note("SECRONNA_TOKEN is set, and wins over what was saved.");
        }
    }

    private static string Key(string given)
    {
        var key = given == "-" ? ReadKey() : given;
        return KeyTokens.IsOne(key)
            ? key
            : throw new UsageException($"that is no key: API keys begin with {KeyTokens.ApiKeyStart}, access keys with {KeyTokens.AccessKeyStart}");
    }

    private static string ReadKey()
    {
        if (!Console.IsInputRedirected)
        {
            return HiddenPrompt.Ask("Key").Trim();
        }

        var text = new char[MostKeyLength];
        var length = Console.In.ReadBlock(text);
        return new string(text, 0, length).Trim();
    }
}
