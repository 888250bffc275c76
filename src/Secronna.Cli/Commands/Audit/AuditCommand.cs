using System.CommandLine;
using Secronna.Cli.Errors;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Audit;

/// <summary><c>audit</c>: lists the entries of the audit trail, newest first, and verifies them.</summary>
internal static class AuditCommand
{
    private const int UsualLimit = 50;

    public static Command Create()
    {
        var limit = new Option<int>("--limit") { Description = "How many entries to print, at least 1", DefaultValueFactory = _ => UsualLimit };
        var filter = new AuditFilterOptions();
        var command = new Command("audit", "List who did what, newest first") { limit, VerifyCommand.Create(), ReceiptCommand.Create() };
        filter.AddTo(command);
        return command
            .WithExample("secronna audit --action secret.reveal --limit 20")
            .WithExample("secronna audit --secret web/production/DATABASE_URL")
            .WithAction(invocation => RunAsync(invocation, filter, invocation.Get(limit)));
    }

    private static async Task RunAsync(CommandInvocation invocation, AuditFilterOptions options, int limit)
    {
        if (limit < 1)
        {
            throw new UsageException("--limit must be 1 or more");
        }

        var filter = await options.FilterAsync(invocation).ConfigureAwait(false);
        await invocation.Printer.AllAsync(
            invocation.Client.ListAuditAsync(filter, invocation.Cancellation).Take(limit),
            ProtocolJson.Default.AuditResponse, ["TIME", "ACTOR", "ACTION", "OUTCOME", "WHAT"],
            entry => [$"{entry.CreatedAt}", $"{entry.ActorType} {entry.ActorId}", entry.Action, entry.Outcome, Target(entry.Metadata)],
            invocation.Cancellation).ConfigureAwait(false);
    }

    private static string Target(AuditMetadata metadata)
    {
        var name = metadata.Path ?? metadata.Name ?? metadata.TargetId ?? metadata.EnvironmentId ?? metadata.ProjectId ?? "";
        var version = metadata.Version is { } number ? $" version {number}" : "";
        var count = metadata.Count is { } times ? $" ({times} times)" : "";
        return name + version + count;
    }
}
