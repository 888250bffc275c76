using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Cli.Input;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Secret;

/// <summary><c>secret destroy SECRET --version N</c>. At a terminal it asks for the key's name.</summary>
internal static class DestroyVersionCommand
{
    public static Command Create()
    {
        var secret = ResourceArguments.Secret();
        var version = new Option<int>("--version") { Description = "The version, which must not be the current one", Required = true };
        var yes = new Option<bool>("--yes") { Description = "Destroy it without asking" };
        return new Command("destroy", "Destroy the value of one version of a secret, for good") { secret, version, yes }
            .WithExample("secronna secret destroy web/production/DATABASE_URL --version 3")
            .WithAction(invocation => RunAsync(invocation, invocation.Get(secret), invocation.Get(version), invocation.Get(yes)));
    }

    private static async Task RunAsync(CommandInvocation invocation, string secret, int version, bool isConfirmed)
    {
        string id;
        if (isConfirmed)
        {
            id = await invocation.Client.Secrets.GetIdAsync(secret, invocation.Cancellation).ConfigureAwait(false);
        }
        else
        {
            Confirmation.RequireTerminal();
            var found = await invocation.Client.Secrets.GetAsync(secret, invocation.Cancellation).ConfigureAwait(false);
            Confirmation.Ask($"This destroys version {version} of {found.Path} for good.", found.Key);
            id = found.Id;
        }

        var destroyed = await invocation.Client.Secrets.DestroyVersionAsync(id, version, invocation.Cancellation).ConfigureAwait(false);
        invocation.Printer.One(
            destroyed, ProtocolJson.Default.DestroyedResponse, done => $"destroyed {done.Id} version {done.Version}");
    }
}
