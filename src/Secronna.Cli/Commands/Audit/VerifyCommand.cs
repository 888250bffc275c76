using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Cli.Output;
using Secronna.Cli.Trail;

namespace Secronna.Cli.Commands.Audit;

/// <summary><c>audit verify</c>: proves that nothing in the trail was changed or removed since the last time.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var options = new TrailOptions();
        var command = new Command("verify", "Prove that nothing in the trail was changed or removed since the last time");
        options.AddTo(command);
        return command
            .WithExample("secronna audit verify")
            .WithExample("secronna audit verify --state /var/lib/secronna-witness")
            .WithAction(invocation => RunAsync(invocation, options));
    }

    private static async Task RunAsync(CommandInvocation invocation, TrailOptions options)
    {
        var (_, verified) = await options.VerifyAsync(invocation).ConfigureAwait(false);
        invocation.Printer.One(verified, CliJson.Default.VerifiedTrail, Text);
    }

    private static string Text(VerifiedTrail verified) => verified.Size == 0
        ? $"The trail is empty.\n{verified.Origin}"
        : $"Verified {verified.Entries} entries, from size {verified.From} to size {verified.Size}.\n{verified.Origin}";
}
