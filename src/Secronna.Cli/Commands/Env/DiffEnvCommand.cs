using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Env;

/// <summary><c>env diff ENV ENV</c>: in which keys they differ. The server compares; no value comes here.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var (here, there) = (EnvCommand.Argument(), EnvCommand.Argument("OTHER"));
        var all = new Option<bool>("--all") { Description = "Also the keys whose values are the same" };
        return new Command("diff", "Show in which keys two environments differ; never a value")
        {
            here, there, all,
        }.Example("secronna env diff web/staging web/production").Does(async invocation =>
        {
            var environments = invocation.Client.Environments;
            var id = await environments.GetIdAsync(invocation.Get(here), invocation.Cancellation).ConfigureAwait(false);
            var with = await environments.GetIdAsync(invocation.Get(there), invocation.Cancellation).ConfigureAwait(false);
            var keys = await environments.CompareAsync(id, new CompareRequest(with, null, null), invocation.Cancellation).ConfigureAwait(false);
            var shown = keys.Where(key => invocation.Get(all) || key.Result != CompareResults.Same).ToAsyncEnumerable();
            await invocation.Printer.AllAsync(
                shown, Output.CliJson.Default.CompareResponse, ["KEY", "RESULT"], key => [key.Key, key.Result], invocation.Cancellation).ConfigureAwait(false);
        });
    }
}
