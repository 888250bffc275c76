using System.CommandLine;
using System.Runtime.CompilerServices;

namespace Secronna.Cli.Help;

/// <summary>Command lines that show a command at work, which its help ends with.</summary>
internal static class Examples
{
    // System.CommandLine has no place for them; they live as long as their command.
    private static readonly ConditionalWeakTable<Command, List<string>> All = [];

    /// <summary>Adds one, as it is typed.</summary>
    public static Command Example(this Command command, string line)
    {
        All.GetOrCreateValue(command).Add(line);
        return command;
    }

    /// <summary>Those of a command.</summary>
    public static IReadOnlyList<string> Of(Command command) => All.TryGetValue(command, out var examples) ? examples : [];
}
