using System.Runtime.CompilerServices;

namespace Secronna.Cli.Commands.Run;

/// <summary>
/// The pipes and the socket that the .NET runtime makes for debuggers, where this is no native program. It removes them when
/// it ends, but a process that becomes another one never gets there.
/// </summary>
internal static class RuntimeFiles
{
    /// <summary>Removes those of this process.</summary>
    public static void Remove()
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
        {
            return;
        }

        string[] patterns = [$"clr-debug-pipe-{Environment.ProcessId}-*", $"dotnet-diagnostic-{Environment.ProcessId}-*"];
        foreach (var file in patterns.SelectMany(pattern => Directory.EnumerateFiles(Path.GetTempPath(), pattern)))
        {
            File.Delete(file);
        }
    }
}
