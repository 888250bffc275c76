using System.CommandLine;

namespace Secronna.Cli.Commands;

/// <summary>The options that every command has.</summary>
internal static class GlobalOptions
{
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Print JSON as the API returns it",
        Recursive = true,
    };

    public static Option<bool> Insecure { get; } = new("--insecure")
    {
        Description = "Allow plain HTTP to a server on another machine: everyone on the network path can read the traffic",
        Recursive = true,
    };
}
