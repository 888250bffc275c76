using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Cli.Output;
using Secronna.Cli.Session;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Auth;

/// <summary><c>auth whoami</c>: shows who the caller is to the server, and by which credential.</summary>
internal static class WhoamiCommand
{
    public static Command Create() => new Command("whoami", "Show who you are to the server and what you may do")
        .WithExample("secronna auth whoami")
        .WithAction(RunAsync);

    /// <summary>The caller's kind, name and workspace.</summary>
    public static string Name(MeResponse me) => $"{me.ActorType} {me.Name ?? me.ActorId} of workspace {me.WorkspaceId}";

    private static async Task RunAsync(CommandInvocation invocation)
    {
        var me = await invocation.Client.GetMeAsync(invocation.Cancellation).ConfigureAwait(false);
        invocation.Printer.One(me, ProtocolJson.Default.MeResponse, Text);
        var source = ServerConnection.IsTokenFromVariable ? "from SECRONNA_TOKEN" : "saved by `auth login`";
        var (server, hint) = (ServerAddress.Origin(invocation.Connection.Server), invocation.Connection.Credential.Hint);
        StandardError.WriteNote($"Server: {server}. Credential: {hint}, {source}.");
    }

    private static string Text(MeResponse me)
    {
        // The grants of any other caller follow from its role.
        IReadOnlyList<Grant> grants = me.ActorType == ActorTypes.AccessKey ? me.Grants : [];
        var role = me.ActorType switch
        {
            ActorTypes.ApiKey => "which may do everything there",
            ActorTypes.AccessKey => grants.Count == 0 ? "which may do nothing: it has no grants" : null,
            _ => me.Role,
        };
        return $"{Name(me)}{(role is null ? "" : $", {role}")}{string.Concat(grants.Select(grant => $"\n{grant.Path}: {string.Join(' ', grant.Actions)}"))}";
    }
}
