using System.CommandLine;
using Secronna.Cli.Help;

namespace Secronna.Cli.Commands.Run;

/// <summary><c>run --env ENV -- COMMAND …</c>: runs a program with the secrets of an environment as its variables.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var noInherit = new Option<bool>("--no-inherit") { Description = "Give the program only the secrets and none of the inherited variables" };
        var allow = new Option<string[]>("--allow") { Description = "Variables that a secret may set although they change what the program runs, such as PATH; separated by commas" };
        var program = new Argument<string[]>("COMMAND") { Description = "The program and its arguments, after --", Arity = ArgumentArity.OneOrMore };
        var (selection, fallback) = (new RevealOptions(), new FallbackOption());
        var command = new Command("run", "Run a program with the secrets of an environment as its variables") { program };
        selection.AddTo(command);
        command.Options.Add(noInherit);
        command.Options.Add(allow);
        fallback.AddTo(command);
        return command.WithExample("secronna run --env web/production -- npm start").WithExitCode(async invocation =>
        {
            var secrets = await fallback.RevealAsync(invocation, selection).ConfigureAwait(false);
            var variables = ChildVariables.Of(secrets, invocation.Get(noInherit), Names(invocation.Get(allow)));
            return await ChildProcess.RunAsync(invocation.Get(program), variables).ConfigureAwait(false);
        });
    }

    private static List<string> Names(string[]? lists) => [.. (lists ?? []).SelectMany(names => names.Split(','))];
}
