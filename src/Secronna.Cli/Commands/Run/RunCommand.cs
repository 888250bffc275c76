using System.CommandLine;
using Secronna.Cli.Commands.Run;
using Secronna.Cli.Help;

namespace Secronna.Cli.Commands;

/// <summary><c>run --env ENV -- COMMAND …</c>: a program with an environment's secrets as its variables.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var noInherit = new Option<bool>("--no-inherit") { Description = "The secrets alone, and none of this shell's variables" };
        var allow = new Option<string[]>("--allow") { Description = "Variables that change what the command runs, such as PATH, that a secret may set, with commas between" };
        var fallback = new Option<string?>("--fallback") { Description = "A file with an encrypted copy of the values, for when the server can't be reached; kept up to date" };
        var program = new Argument<string[]>("COMMAND") { Description = "The command and its arguments, after --", Arity = ArgumentArity.OneOrMore };
        var (command, wanted) = (new Command("run", "Run a command with an environment's secrets as its variables").Example("secronna run --env web/production -- npm start"), new RevealOptions());
        wanted.AddTo(command);
        command.Options.Add(noInherit);
        command.Options.Add(allow);
        command.Options.Add(fallback);
        command.Arguments.Add(program);
        return command.Ends(async invocation =>
        {
            var secrets = invocation.Get(fallback) is { } file
                ? await wanted.RevealAsync(invocation, file).ConfigureAwait(false)
                : await wanted.RevealAsync(invocation).ConfigureAwait(false);
            var variables = ChildVariables.Of(secrets, invocation.Get(noInherit), [.. (invocation.Get(allow) ?? []).SelectMany(names => names.Split(','))]);
            return await Child.RunAsync(invocation.Get(program), variables).ConfigureAwait(false);
        });
    }
}
