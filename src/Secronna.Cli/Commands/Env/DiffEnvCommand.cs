using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Cli.Output;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Env;

/// <summary><c>env diff ENV OTHER</c>: lists the keys in which two environments differ. The server compares; no value leaves it.</summary>
internal static class DiffEnvCommand
{
    public static Command Create()
    {
        var (environment, other) = (ResourceArguments.Environment(), ResourceArguments.OtherEnvironment());
        var all = new Option<bool>("--all") { Description = "Also list the keys whose values are the same" };
        return new Command("diff", "List the keys in which two environments differ; prints no value") { environment, other, all }
            .WithExample("secronna env diff web/staging web/production")
            .WithAction(invocation => RunAsync(invocation, invocation.Get(environment), invocation.Get(other), invocation.Get(all)));
    }

    private static async Task RunAsync(CommandInvocation invocation, string environment, string other, bool isAll)
    {
        var environments = invocation.Client.Environments;
        var id = await environments.GetIdAsync(environment, invocation.Cancellation).ConfigureAwait(false);
        var otherId = await environments.GetIdAsync(other, invocation.Cancellation).ConfigureAwait(false);
        var keys = await environments.CompareAsync(id, new CompareRequest(otherId, null, null), invocation.Cancellation).ConfigureAwait(false);
        await invocation.Printer.AllAsync(
            keys.Where(key => isAll || key.Result != CompareResults.Same).ToAsyncEnumerable(), CliJson.Default.CompareResponse,
            ["KEY", "RESULT"], key => [key.Key, key.Result], invocation.Cancellation).ConfigureAwait(false);
    }
}
