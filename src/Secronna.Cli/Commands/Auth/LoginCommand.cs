using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Cli.Session;

namespace Secronna.Cli.Commands.Auth;

/// <summary><c>auth login</c>: keeps a key for a server, once the server has taken it.</summary>
internal static class LoginCommand
{
    // Longer than any token, and far from filling memory.
    private const int MostTokenLength = 16 * 1024;

    public static Command Create()
    {
        var server = new Option<string?>("--server") { Description = "The server, as https://secrets.example; else SECRONNA_API_URL, else the one of this machine" };
        var apiKey = new Option<string>("--api-key")
        {
            Description = "An API key or access key to keep; - reads it from standard input, where no process list shows it",
            Required = true,
        };
        return new Command("login", "Keep a credential in ~/.secronna/session.json, for this server alone")
        {
            server, apiKey,
        }.Example("secronna auth login --server https://secrets.example --api-key -").Does(invocation => RunAsync(invocation, invocation.Get(server), invocation.Get(apiKey)!));
    }

    private static async Task RunAsync(Invocation invocation, string? address, string apiKey)
    {
        var server = address is null ? Connecting.Server(null) : Connecting.Parse(address);
        var token = apiKey == "-" ? ReadToken() : apiKey;
        if (!token.StartsWith("sk_live_", StringComparison.Ordinal) && !token.StartsWith("st_live_", StringComparison.Ordinal))
        {
            throw new UsageException("that is no key: API keys begin with sk_live_, access keys with st_live_");
        }

        using var client = Connecting.Open(server, token, invocation.IsInsecure);
        var me = await client.GetMeAsync(invocation.Cancellation).ConfigureAwait(false);
        SessionFile.OfUser.Write(new SavedSession(Connecting.Origin(server), token));
        Invocation.Note($"Signed in to {Connecting.Origin(server)} as {me.ActorType} {me.Name ?? me.ActorId} of workspace {me.WorkspaceId}.");
        if (Connecting.IsTokenFromVariable)
        {
            Invocation.Note("SECRONNA_TOKEN is set, and wins over what was saved.");
        }
    }

    private static string ReadToken()
    {
        var text = new char[MostTokenLength];
        var length = Console.In.ReadBlock(text);
        return new string(text, 0, length).Trim();
    }
}
