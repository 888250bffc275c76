using System.CommandLine;
using Secronna.Cli.Errors;
using Secronna.Cli.Help;
using Secronna.Cli.Output;
using Secronna.Cli.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Audit;

/// <summary><c>audit receipt REQUEST</c>: lists and proves the entries of one request.</summary>
internal static class ReceiptCommand
{
    public static Command Create()
    {
        var request = new Argument<string>("REQUEST") { Description = "The id of a request, as answers and the trail have it" };
        var options = new TrailOptions();
        var command = new Command("receipt", "Verify the trail, and prove the entries of one request") { request };
        options.AddTo(command);
        return command
            .WithExample("secronna audit receipt req_01k8zj3w6n4t2r9v5x7y1c0d8f")
            .WithAction(invocation => RunAsync(invocation, invocation.Get(request), options));
    }

    private static async Task RunAsync(CommandInvocation invocation, string request, TrailOptions options)
    {
        if (!Ids.IsValid(Ids.Request, request))
        {
            throw new UsageException($"REQUEST must be the id of a request: {Ids.Request} and {Ids.UlidLength} characters");
        }

        var (checkpoint, _) = await options.VerifyAsync(invocation).ConfigureAwait(false);
        await invocation.Printer.AllAsync(
            new RequestReceipt(invocation.Client, request).ReadAsync(checkpoint, invocation.Cancellation),
            CliJson.Default.ReceiptEntry, ["SEQUENCE", "TIME", "ACTOR", "ACTION", "OUTCOME", "WHAT", "PROOF"],
            entry =>
            [
                $"{entry.Sequence}", $"{entry.CreatedAt}", $"{entry.ActorType} {entry.ActorId}", entry.Action, entry.Outcome,
                entry.Version is { } version ? $"{entry.What} version {version}" : entry.What, entry.Proof,
            ],
            invocation.Cancellation).ConfigureAwait(false);
    }
}
