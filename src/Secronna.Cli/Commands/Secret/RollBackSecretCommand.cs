using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Secret;

/// <summary><c>secret rollback SECRET --to N</c>.</summary>
internal static class RollBackSecretCommand
{
    public static Command Create()
    {
        var secret = ResourceArguments.Secret();
        var to = new Option<int>("--to") { Description = "The earlier version whose value the new version gets", Required = true };
        var comment = new Option<string?>("--comment") { Description = "Why, for the new version" };
        return new Command("rollback", "Create a new version with the value of an earlier version") { secret, to, comment }
            .WithExample("secronna secret rollback web/production/DATABASE_URL --to 3")
            .WithAction(invocation => RunAsync(
                invocation, invocation.Get(secret), new RollbackRequest(invocation.Get(to), invocation.Get(comment))));
    }

    private static async Task RunAsync(CommandInvocation invocation, string secret, RollbackRequest request)
    {
        var id = await invocation.Client.Secrets.GetIdAsync(secret, invocation.Cancellation).ConfigureAwait(false);
        var written = await invocation.Client.Secrets.RollBackAsync(id, request, invocation.Cancellation).ConfigureAwait(false);
        invocation.Printer.One(written, ProtocolJson.Default.WrittenResponse, done => $"{done.Id} {done.Key} version {done.Version}");
    }
}
