using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Secret;

/// <summary><c>secret rm SECRET</c>.</summary>
internal static class RemoveSecretCommand
{
    public static Command Create()
    {
        var secret = ResourceArguments.Secret();
        return new Command("rm", "Delete a secret and destroy its values") { secret }
            .WithExample("secronna secret rm web/production/DATABASE_URL")
            .WithAction(invocation => RunAsync(invocation, invocation.Get(secret)));
    }

    private static async Task RunAsync(CommandInvocation invocation, string secret)
    {
        var id = await invocation.Client.Secrets.GetIdAsync(secret, invocation.Cancellation).ConfigureAwait(false);
        var deleted = await invocation.Client.Secrets.DeleteAsync(id, invocation.Cancellation).ConfigureAwait(false);
        invocation.Printer.One(deleted, ProtocolJson.Default.DeletedResponse, done => $"deleted {done.Id}");
    }
}
