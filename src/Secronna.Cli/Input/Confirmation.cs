using Secronna.Cli.Errors;

namespace Secronna.Cli.Input;

/// <summary>Asks before something is destroyed that nobody can bring back.</summary>
internal static class Confirmation
{
    /// <summary>Requires that somebody can answer.</summary>
    /// <exception cref="UsageException">Standard input is not a terminal.</exception>
    public static void RequireTerminal()
    {
        if (Console.IsInputRedirected)
        {
            throw new UsageException("this can't be undone, and there is no terminal to ask at: add --yes");
        }
    }

    /// <summary>Asks for the name of what will be destroyed.</summary>
    /// <exception cref="CliException">Something else was typed.</exception>
    public static void Ask(string warning, string name)
    {
        Console.Error.Write($"{warning} Type {name} to go on: ");
        if (Console.ReadLine() != name)
        {
            throw new CliException($"nothing was done: {name} was not typed");
        }
    }
}
