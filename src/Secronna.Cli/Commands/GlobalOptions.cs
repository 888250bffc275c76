using System.CommandLine;

namespace Secronna.Cli;

/// <summary>Options of every command.</summary>
internal static class GlobalOptions
{
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Print JSON, as the API gives it",
        Recursive = true,
    };

    public static Option<bool> Insecure { get; } = new("--insecure")
    {
        Description = "Allow plain HTTP to a server that is not this machine: everyone on the way can read along",
        Recursive = true,
    };
}
