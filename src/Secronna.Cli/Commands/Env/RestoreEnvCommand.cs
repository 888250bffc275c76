using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Env;

/// <summary><c>env restore ENV --at TIME</c>.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var environment = EnvCommand.Argument();
        var at = new Option<string>("--at") { Description = "The time to go back to, as 2026-01-31T09:00:00Z", Required = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what it would do" };
        var prune = new Option<bool>("--prune") { Description = "Delete for good what was created since" };
        var comment = new Option<string?>("--comment") { Description = "Why" };
        return new Command("restore", "Bring an environment back to how it stood at a time")
        {
            environment, at, dryRun, prune, comment,
        }.Example("secronna env restore web/production --at 2026-01-31T09:00:00Z --dry-run").Does(async invocation =>
        {
            var order = new RestoreRequest(Times.Parse(invocation.Get(at)!), invocation.Get(dryRun), invocation.Get(prune), invocation.Get(comment));
            var id = await invocation.Client.Environments.GetIdAsync(invocation.Get(environment), invocation.Cancellation).ConfigureAwait(false);
            var done = await invocation.Client.Environments.RestoreAsync(id, order, invocation.Cancellation).ConfigureAwait(false);
            if (invocation.Printer.IsJson)
            {
                Output.Printer.Json(done, ProtocolJson.Default.RestoreResponse);
                return;
            }

            await invocation.Printer.AllAsync(
                done.Changes.ToAsyncEnumerable(), Output.CliJson.Default.RestoreChange, ["KEY", "RESULT", "VERSIONS"],
                change => [change.Key, change.Result, change.Version is null ? "" : $"{change.From} → {change.Version}, as {change.To}"],
                invocation.Cancellation).ConfigureAwait(false);
            Invocation.Note(done.DryRun ? "Nothing was changed: that was a dry run." : $"Restored to {done.At}.");
        });
    }
}
