namespace Secronna.Client;

/// <summary>Reads environment variables. An empty variable counts as absent.</summary>
internal static class EnvironmentVariable
{
    public static string? Read(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
