using System.Runtime.CompilerServices;

namespace Secronna.Cli.Commands.Run;

/// <summary>
/// The pipes and the socket that the .NET runtime creates for debuggers, unless this program was compiled to native code. The
/// runtime removes them when it ends, which never happens in a process that becomes another program.
/// </summary>
internal static class RuntimeDiagnosticFiles
{
    /// <summary>Removes the files of this process.</summary>
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
