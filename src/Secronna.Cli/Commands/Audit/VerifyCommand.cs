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
        var bundle = new Option<string?>("--bundle")
        {
            Description = "Verify the whole log that was exported to this folder, without a server",
            HelpName = "DIR",
        };
        var options = new TrailOptions();
        var command = new Command("verify", "Prove that nothing in the trail was changed or removed since the last time") { bundle };
        options.AddTo(command);
        return command
            .WithExample("secronna audit verify")
            .WithExample("secronna audit verify --state /var/lib/secronna-witness")
            .WithExample("secronna audit verify --bundle trail-of-2026 --key secronna/ins_…/acc_42/1+…+…")
            .WithAction(invocation => RunAsync(invocation, options, invocation.Get(bundle)));
    }

    private static async Task RunAsync(CommandInvocation invocation, TrailOptions options, string? bundle)
    {
        var verified = bundle is null
            ? (await options.VerifyAsync(invocation).ConfigureAwait(false)).Verified
            : await options.VerifyAsync(invocation, bundle).ConfigureAwait(false);
        invocation.Printer.One(verified, CliJson.Default.VerifiedTrail, Text);
    }

    private static string Text(VerifiedTrail verified) => verified.Size == 0
        ? $"The trail is empty.\n{verified.Origin}"
        : $"Verified {verified.Entries} entries, from size {verified.From} to size {verified.Size}.\n{verified.Origin}";
}
