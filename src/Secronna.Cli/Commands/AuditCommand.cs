using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Commands;

/// <summary><c>audit</c>: who did what, newest first.</summary>
internal static class AuditCommand
{
    private const int Few = 50;

    public static Command Create()
    {
        var limit = new Option<int>("--limit") { Description = "How many entries", DefaultValueFactory = _ => Few };
        var action = new Option<string?>("--action") { Description = "What was done, as secret.reveal" };
        var actor = new Option<string?>("--actor") { Description = "Who did it, by id" };
        var secret = new Option<string?>("--secret") { Description = "On which secret, by id" };
        var environment = new Option<string?>("--environment") { Description = "In which environment, by id" };
        var project = new Option<string?>("--project") { Description = "In which project, by id" };
        var outcome = new Option<string?>("--outcome") { Description = "success, denied or failed" };
        outcome.AcceptOnlyFromAmong([.. AuditOutcomes.All]);
        var since = new Option<string?>("--since") { Description = "From when on, as 2026-01-31T09:00:00Z" };
        var until = new Option<string?>("--until") { Description = "Until when" };
        return new Command("audit", "Who did what, newest first")
        {
            limit, action, actor, secret, environment, project, outcome, since, until,
        }.Example("secronna audit --action secret.reveal --limit 20").Does(invocation => invocation.Printer.AllAsync(
            invocation.Client.ListAuditAsync(
                new AuditFilter
                {
                    Action = invocation.Get(action),
                    ActorId = invocation.Get(actor),
                    SecretId = invocation.Get(secret),
                    EnvironmentId = invocation.Get(environment),
                    ProjectId = invocation.Get(project),
                    Outcome = invocation.Get(outcome),
                    From = invocation.Get(since) is { } from ? Times.Parse(from) : null,
                    To = invocation.Get(until) is { } to ? Times.Parse(to) : null,
                },
                invocation.Cancellation).Take(invocation.Get(limit)),
            ProtocolJson.Default.AuditResponse, ["TIME", "ACTOR", "ACTION", "OUTCOME", "WHAT"],
            entry => [$"{entry.CreatedAt}", $"{entry.ActorType} {entry.ActorId}", entry.Action, entry.Outcome, What(entry.Metadata)],
            invocation.Cancellation));
    }

    private static string What(AuditMetadata about)
    {
        var thing = about.Path ?? about.Name ?? about.TargetId ?? about.EnvironmentId ?? about.ProjectId ?? "";
        return thing + (about.Version is { } version ? $" version {version}" : "") + (about.Count is { } count ? $" ({count} times)" : "");
    }
}
