using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Env;

/// <summary><c>env rm ENV</c>.</summary>
internal static class RemoveEnvCommand
{
    public static Command Create()
    {
        var (environment, force) = (ResourceArguments.Environment(), ResourceArguments.Force());
        return new Command("rm", "Delete an environment") { environment, force }
            .WithExample("secronna env rm web/review-42 --force")
            .WithAction(invocation => RunAsync(invocation, invocation.Get(environment), invocation.Get(force)));
    }

    private static async Task RunAsync(CommandInvocation invocation, string environment, bool isForced)
    {
        var id = await invocation.Client.Environments.GetIdAsync(environment, invocation.Cancellation).ConfigureAwait(false);
        var deleted = await invocation.Client.Environments.DeleteAsync(id, isForced, invocation.Cancellation).ConfigureAwait(false);
        invocation.Printer.One(deleted, ProtocolJson.Default.DeletedResponse, done => $"deleted {done.Id}");
    }
}
