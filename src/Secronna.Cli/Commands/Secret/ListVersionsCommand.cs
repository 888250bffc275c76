using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Secret;

/// <summary><c>secret versions SECRET</c>.</summary>
internal static class ListVersionsCommand
{
    public static Command Create()
    {
        var secret = ResourceArguments.Secret();
        return new Command("versions", "List the versions of a secret; prints no value") { secret }
            .WithExample("secronna secret versions web/production/DATABASE_URL")
            .WithAction(invocation => RunAsync(invocation, invocation.Get(secret)));
    }

    private static async Task RunAsync(CommandInvocation invocation, string secret)
    {
        var id = await invocation.Client.Secrets.GetIdAsync(secret, invocation.Cancellation).ConfigureAwait(false);
        await invocation.Printer.AllAsync(
            invocation.Client.Secrets.ListVersionsAsync(id, invocation.Cancellation), ProtocolJson.Default.VersionResponse,
            ["VERSION", "KIND", "CREATED", "BY", "DESTROYED", "COMMENT"],
            version =>
            [
                $"{version.Version}", version.Kind, $"{version.CreatedAt}", version.CreatedBy,
                version.Destroyed == true ? "destroyed" : "", version.Comment,
            ],
            invocation.Cancellation).ConfigureAwait(false);
    }
}
