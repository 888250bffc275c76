using System.CommandLine;
using Secronna.Cli.Commands.Run;

namespace Secronna.Cli.Commands;

/// <summary><c>run --env ENV -- COMMAND …</c>: a program with an environment's secrets as its variables.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var environment = new Option<string>("--env") { Description = "An environment: its id, or project/environment", Required = true };
        var only = new Option<string?>("--only") { Description = "Some keys alone, with commas between them" };
        var at = new Option<string?>("--at") { Description = "The values of a time, as 2026-01-31T09:00:00Z" };
        var noInherit = new Option<bool>("--no-inherit") { Description = "The secrets alone, and none of this shell's variables" };
        var allow = new Option<string[]>("--allow") { Description = "A variable that changes what the command runs, such as PATH, that a secret may set" };
        var command = new Argument<string[]>("COMMAND") { Description = "The command and its arguments, after --", Arity = ArgumentArity.OneOrMore };
        var run = new Command("run", "Run a command with an environment's secrets as its variables\n\n  secronna run --env web/production -- npm start")
        {
            environment, only, at, noInherit, allow, command,
        };
        run.SetAction(async (parsed, cancellation) =>
        {
            using var invocation = new Invocation(parsed, cancellation);
            var keys = invocation.Get(only)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var revealed = await invocation.Client.Environments.RevealAsync(
                invocation.Get(environment)!, keys, invocation.Get(at) is { } time ? Times.Parse(time) : null, cancellation).ConfigureAwait(false);
            if (revealed.Unrecoverable.Count > 0)
            {
                Invocation.Note($"Deleted since, and not there: {string.Join(", ", revealed.Unrecoverable)}");
            }

            var variables = ChildVariables.Of(
                revealed.Secrets.Select(secret => (secret.Key, secret.Value)), invocation.Get(noInherit), invocation.Get(allow) ?? []);
            return await Child.RunAsync(invocation.Get(command), variables, cancellation).ConfigureAwait(false);
        });
        return run;
    }
}
