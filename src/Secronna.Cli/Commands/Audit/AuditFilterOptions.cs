using System.CommandLine;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Audit;

/// <summary>The options that choose entries of the audit trail.</summary>
internal sealed class AuditFilterOptions
{
    private Option<string?> Action { get; } = new("--action") { Description = "What was done, for example secret.reveal" };

    private Option<string?> Actor { get; } = new("--actor") { Description = "Who did it: the actor's id" };

    private Option<string?> Secret { get; } = new("--secret")
    {
        Description = "To which secret: its id, or project/environment/KEY while the secret exists",
    };

    private Option<string?> Environment { get; } = new("--environment")
    {
        Description = "In which environment: its id, or project/environment while the environment exists",
    };

    private Option<string?> Project { get; } = new("--project") { Description = "In which project: its id, or its slug while the project exists" };

    private Option<string?> Outcome { get; } = new("--outcome") { Description = "success, denied or failed" };

    private Option<string?> Since { get; } = new("--since") { Description = "The earliest time, for example 2026-01-31T09:00:00Z" };

    private Option<string?> Until { get; } = new("--until") { Description = "The latest time" };

    public void AddTo(Command command)
    {
        Outcome.AcceptOnlyFromAmong([.. AuditOutcomes.All]);
        foreach (var option in (Option[])[Action, Actor, Secret, Environment, Project, Outcome, Since, Until])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The filter. Names are looked up, because the trail knows only ids.</summary>
    /// <exception cref="SecronnaException">
    /// NOT_FOUND: a name does not exist. This must not look like a trail without entries. An id may belong to something that was
    /// deleted.
    /// </exception>
    public async Task<AuditFilter> FilterAsync(CommandInvocation invocation)
    {
        // A malformed time is refused before a server or a credential is looked for.
        var (from, to) = (TimeArgument.ParseOptional(invocation.Get(Since)), TimeArgument.ParseOptional(invocation.Get(Until)));
        var cancellation = invocation.Cancellation;
        return new AuditFilter
        {
            Action = invocation.Get(Action),
            ActorId = invocation.Get(Actor),
            SecretId = await IdAsync(
                invocation.Get(Secret), name => invocation.Client.Secrets.GetIdAsync(name, cancellation)).ConfigureAwait(false),
            EnvironmentId = await IdAsync(
                invocation.Get(Environment), name => invocation.Client.Environments.GetIdAsync(name, cancellation)).ConfigureAwait(false),
            ProjectId = await IdAsync(
                invocation.Get(Project), name => invocation.Client.Projects.GetIdAsync(name, cancellation)).ConfigureAwait(false),
            Outcome = invocation.Get(Outcome),
            From = from,
            To = to,
        };
    }

    private static async Task<string?> IdAsync(string? name, Func<string, Task<string>> find) =>
        name is null ? null : await find(name).ConfigureAwait(false);
}
