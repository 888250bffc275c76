using System.CommandLine;

namespace Secronna.Cli.Commands;

/// <summary>Gives commands their actions.</summary>
internal static class CommandActions
{
    /// <summary>Sets the action of a command. The action fails by throwing an exception.</summary>
    public static Command WithAction(this Command command, Func<CommandInvocation, Task> action) => command.WithExitCode(async invocation =>
    {
        await action(invocation).ConfigureAwait(false);
        return 0;
    });

    /// <summary>Sets the action of a command that decides on the exit code of the program.</summary>
    public static Command WithExitCode(this Command command, Func<CommandInvocation, Task<int>> action)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            using var invocation = new CommandInvocation(parsed, cancellation);
            return await action(invocation).ConfigureAwait(false);
        });
        return command;
    }
}
