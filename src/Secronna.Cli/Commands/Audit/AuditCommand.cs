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
        var limit = new Option<int>("--limit") { Description = "How many entries, from 1 on", DefaultValueFactory = _ => Few };
        var action = new Option<string?>("--action") { Description = "What was done, as secret.reveal" };
        var actor = new Option<string?>("--actor") { Description = "Who did it, by id" };
        var secret = new Option<string?>("--secret") { Description = "On which secret: its id, or project/environment/KEY while it is there" };
        var environment = new Option<string?>("--environment") { Description = "In which environment: its id, or project/environment while it is there" };
        var project = new Option<string?>("--project") { Description = "In which project: its id, or its slug while it is there" };
        var outcome = new Option<string?>("--outcome") { Description = "success, denied or failed" };
        outcome.AcceptOnlyFromAmong([.. AuditOutcomes.All]);
        var since = new Option<string?>("--since") { Description = "From when on, as 2026-01-31T09:00:00Z" };
        var until = new Option<string?>("--until") { Description = "Until when" };
        return new Command("audit", "Who did what, newest first")
        {
            limit, action, actor, secret, environment, project, outcome, since, until,
        }.Example("secronna audit --action secret.reveal --limit 20").Example("secronna audit --secret web/production/DATABASE_URL").Does(async invocation =>
        {
            var most = invocation.Get(limit) is > 0 and var given ? given : throw new UsageException("--limit is 1 or more");
            var filter = new AuditFilter
            {
                Action = invocation.Get(action),
                ActorId = invocation.Get(actor),
                SecretId = await IdAsync(invocation.Get(secret), name => invocation.Client.Secrets.GetIdAsync(name, invocation.Cancellation)).ConfigureAwait(false),
                EnvironmentId = await IdAsync(invocation.Get(environment), name => invocation.Client.Environments.GetIdAsync(name, invocation.Cancellation)).ConfigureAwait(false),
                ProjectId = await IdAsync(invocation.Get(project), name => invocation.Client.Projects.GetIdAsync(name, invocation.Cancellation)).ConfigureAwait(false),
                Outcome = invocation.Get(outcome),
                From = invocation.Get(since) is { } from ? Times.Parse(from) : null,
                To = invocation.Get(until) is { } to ? Times.Parse(to) : null,
            };
            await invocation.Printer.AllAsync(
                invocation.Client.ListAuditAsync(filter, invocation.Cancellation).Take(most),
                ProtocolJson.Default.AuditResponse, ["TIME", "ACTOR", "ACTION", "OUTCOME", "WHAT"],
                entry => [$"{entry.CreatedAt}", $"{entry.ActorType} {entry.ActorId}", entry.Action, entry.Outcome, What(entry.Metadata)],
                invocation.Cancellation).ConfigureAwait(false);
        });
    }

    // An id stays, also of what is deleted. A name that leads nowhere is an error, and not a trail without entries.
    private static async Task<string?> IdAsync(string? name, Func<string, Task<string>> find) =>
        name is null ? null : await find(name).ConfigureAwait(false);

    private static string What(AuditMetadata about)
    {
        var thing = about.Path ?? about.Name ?? about.TargetId ?? about.EnvironmentId ?? about.ProjectId ?? "";
        return thing + (about.Version is { } version ? $" version {version}" : "") + (about.Count is { } count ? $" ({count} times)" : "");
    }
}
