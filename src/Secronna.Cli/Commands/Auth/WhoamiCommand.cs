using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Cli.Output;
using Secronna.Cli.Session;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Auth;

/// <summary><c>auth whoami</c>.</summary>
internal static class WhoamiCommand
{
    public static Command Create() => new Command("whoami", "Who you are to the server, and what you may do").Example("secronna auth whoami").Does(async invocation =>
    {
        var me = await invocation.Client.GetMeAsync(invocation.Cancellation).ConfigureAwait(false);
        invocation.Printer.One(me, ProtocolJson.Default.MeResponse, Line);
        var (server, credential) = invocation.Connection;
        var source = Connecting.IsTokenFromVariable ? "from SECRONNA_TOKEN" : "kept at login";
        Invocation.Note($"At {Connecting.Origin(server)}, by {credential.Hint}, {source}.");
    });

    /// <summary>The caller, in words.</summary>
    public static string Name(MeResponse me) => $"{me.ActorType} {me.Name ?? me.ActorId} of workspace {me.WorkspaceId}";

    private static string Line(MeResponse me)
    {
        var grants = me.Grants.Select(grant => $"\n{grant.Path}: {string.Join(' ', grant.Actions)}");
        var role = me.Role ?? (me.ActorType == ActorTypes.ApiKey ? "which may do everything there" : null);
        return $"{Name(me)}{(role is null ? "" : $", {role}")}{string.Concat(grants)}";
    }
}
