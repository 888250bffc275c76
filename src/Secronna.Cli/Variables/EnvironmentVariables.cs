namespace Secronna.Cli;

/// <summary>Variables of the environment; an empty one counts as not set.</summary>
internal static class Variables
{
    public static string? Find(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
