using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Secret;

/// <summary><c>secret ls ENV</c>.</summary>
internal static class ListSecretsCommand
{
    public static Command Create()
    {
        var environment = ResourceArguments.Environment();
        var at = new Option<string?>("--at") { Description = "The secrets as of a time, for example 2026-01-31T09:00:00Z" };
        return new Command("ls", "List the secrets of an environment; prints no value") { environment, at }
            .WithExample("secronna secret ls web/production")
            .WithAction(invocation => RunAsync(invocation, invocation.Get(environment), invocation.Get(at)));
    }

    private static async Task RunAsync(CommandInvocation invocation, string environment, string? at)
    {
        var id = await invocation.Client.Environments.GetIdAsync(environment, invocation.Cancellation).ConfigureAwait(false);
        await invocation.Printer.AllAsync(
            invocation.Client.Environments.ListSecretsAsync(id, TimeArgument.ParseOptional(at), invocation.Cancellation),
            ProtocolJson.Default.SecretSummary, ["KEY", "VERSION", "UPDATED", "ID"],
            secret => [secret.Key, $"{secret.CurrentVersion}", $"{secret.UpdatedAt}", secret.Id], invocation.Cancellation).ConfigureAwait(false);
    }
}
