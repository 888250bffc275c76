using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Cli.Output;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Env;

/// <summary><c>env restore ENV --at TIME</c>.</summary>
internal static class RestoreEnvCommand
{
    public static Command Create()
    {
        var environment = ResourceArguments.Environment();
        var at = new Option<string>("--at") { Description = "The time to go back to, for example 2026-01-31T09:00:00Z", Required = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would change" };
        var prune = new Option<bool>("--prune") { Description = "Delete the secrets that were created since; their values are destroyed" };
        var comment = new Option<string?>("--comment") { Description = "Why, for the new versions" };
        return new Command("restore", "Set an environment back to its state at a time") { environment, at, dryRun, prune, comment }
            .WithExample("secronna env restore web/production --at 2026-01-31T09:00:00Z --dry-run")
            .WithAction(invocation => RunAsync(
                invocation, invocation.Get(environment),
                new RestoreRequest(TimeArgument.Parse(invocation.Get(at)!), invocation.Get(dryRun), invocation.Get(prune), invocation.Get(comment))));
    }

    private static async Task RunAsync(CommandInvocation invocation, string environment, RestoreRequest request)
    {
        var id = await invocation.Client.Environments.GetIdAsync(environment, invocation.Cancellation).ConfigureAwait(false);
        var restored = await invocation.Client.Environments.RestoreAsync(id, request, invocation.Cancellation).ConfigureAwait(false);
        if (invocation.Printer.IsJson)
        {
            Printer.Json(restored, ProtocolJson.Default.RestoreResponse);
            return;
        }

        await PrintAsync(invocation, restored).ConfigureAwait(false);
    }

    private static async Task PrintAsync(CommandInvocation invocation, RestoreResponse restored)
    {
        await invocation.Printer.AllAsync(
            restored.Changes.ToAsyncEnumerable(), CliJson.Default.RestoreChange, ["KEY", "RESULT", "VERSIONS"],
            change => [change.Key, change.Result, change.Version is null ? "" : $"{change.From} → {change.Version}, as {change.To}"],
            invocation.Cancellation).ConfigureAwait(false);
        StandardError.WriteNote(restored.DryRun ? "Nothing was changed: this was a dry run." : $"Restored to {restored.At}.");
    }
}
