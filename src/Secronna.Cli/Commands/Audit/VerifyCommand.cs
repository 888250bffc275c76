using System.CommandLine;
using Secronna.Cli.Errors;
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
        var deep = new Option<bool>("--deep") { Description = "Also compare all versions that the server stores with what the whole trail says" };
        var options = new TrailOptions();
        var command = new Command("verify", "Prove that nothing in the trail was changed or removed since the last time") { bundle, deep };
        options.AddTo(command);
        return command
            .WithExample("secronna audit verify")
            .WithExample("secronna audit verify --state /var/lib/secronna-witness")
            .WithExample("secronna audit verify --bundle trail-of-2026 --key secronna/ins_…/acc_42/1+…+…")
            .WithAction(invocation => RunAsync(invocation, options, invocation.Get(bundle), invocation.Get(deep)));
    }

    private static async Task RunAsync(CommandInvocation invocation, TrailOptions options, string? bundle, bool isDeep)
    {
        var verified = bundle is null
            ? (await options.VerifyAsync(invocation, isDeep).ConfigureAwait(false)).Verified
            : isDeep ? throw new UsageException("--deep compares with what a server stores, so it can't be combined with --bundle")
            : await options.VerifyAsync(invocation, bundle).ConfigureAwait(false);
        invocation.Printer.One(verified, CliJson.Default.VerifiedTrail, Text);
    }

    private static string Text(VerifiedTrail verified) => verified.Size == 0
        ? $"The trail is empty.\n{verified.Origin}"
        : $"Verified {verified.Entries} entries, from size {verified.From} to size {verified.Size}.\n{verified.Origin}{Text(verified.Deep)}";

    private static string Text(ComparedVersions? compared) =>
        compared is null ? "" : $"\nCompared {compared.Versions} versions of {compared.Secrets} secrets with the trail.";
}
