using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace Secronna.Tests.Running;

/// <summary>How a run of the program ended.</summary>
internal sealed record Ended(int ExitCode, string Out, string Error);

/// <summary>The server's program, as users start it.</summary>
internal static partial class ServerProgram
{
    /// <summary>
    /// The variable that names the program to start. test.sh names a ready-to-run build, because it starts in less than half the
    /// processor time.
    /// </summary>
    public const string Variable = "SECRONNA_TEST_SERVER";

    public const int Interrupt = 2;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>The setting that accepts a runtime with known faults.</summary>
    public const string AcceptedRuntime = "Secronna__AcceptRuntime";

    private static readonly string[] SettingPrefixes = ["Secronna__", "SECRONNA_", "ASPNETCORE_", "Kestrel__", "OTEL_", "DOTNET_"];

    /// <summary>
    /// The path of the program: the one that the variable names, else the one that the build put beside this assembly.
    /// </summary>
    public static string Path { get; } = Find();

    /// <summary>How to start the program with the given settings and no others.</summary>
    public static ProcessStartInfo Start(
        string folder, IEnumerable<KeyValuePair<string, string>> environment, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
        {
            start.Environment.Remove(name);
        }

        AcceptRuntime(start.Environment);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<Ended> RunAsync(
        string folder, IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments)
    {
        using var process = Process.Start(Start(folder, environment, arguments))!;
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Until.Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new Ended(process.ExitCode, await output, await error);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>
    /// Makes the program accept the runtime that it runs on. The program that the build put beside this assembly runs on the
    /// tests' own runtime, which may have known faults. A program that the variable names has a runtime of its own.
    /// </summary>
    public static void AcceptRuntime(IDictionary<string, string?> environment)
    {
        if (!IsNamed)
        {
            environment[AcceptedRuntime] = Environment.Version.ToString();
        }
    }

    public static void Signal(int processId, int signal) => Assert.Equal(0, SendSignal(processId, signal));

    // DOTNET_ROOT is not a setting of the server. It names the folder of the .NET runtime.
    private static bool IsSetting(string name) =>
        name != "DOTNET_ROOT" && SettingPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static bool IsNamed => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    private static string Find()
    {
        var path = IsNamed
            ? Environment.GetEnvironmentVariable(Variable)!
            : System.IO.Path.Combine(AppContext.BaseDirectory, "secronna-server");
        Assert.True(File.Exists(path), $"the server's program is not at {path}");
        return path;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
