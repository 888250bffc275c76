using System.CommandLine;
using System.Runtime.CompilerServices;

namespace Secronna.Cli.Help;

/// <summary>The examples with which the help of a command ends.</summary>
internal static class CommandExamples
{
    // System.CommandLine has no place for examples. The table keeps them for as long as their command.
    private static readonly ConditionalWeakTable<Command, List<string>> All = [];

    /// <summary>Adds an example: a whole command line, as a user types it.</summary>
    public static Command WithExample(this Command command, string line)
    {
        All.GetOrCreateValue(command).Add(line);
        return command;
    }

    /// <summary>The examples of a command.</summary>
    public static IReadOnlyList<string> Of(Command command) => All.TryGetValue(command, out var examples) ? examples : [];
}
