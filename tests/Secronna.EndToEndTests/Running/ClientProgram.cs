using System.Diagnostics;

namespace Secronna.EndToEndTests.Running;

/// <summary>The command line and the samples, as users start them.</summary>
internal static class ClientProgram
{
    /// <summary>Names the command line's native file, which is then what every test starts.</summary>
    public const string NativeVariable = "SECRONNA_TEST_CLI";

    /// <summary>The command line: the native file that the variable names, else what the build put beside this assembly.</summary>
    public static string CommandLine { get; } =
        Environment.GetEnvironmentVariable(NativeVariable) is { Length: > 0 } native ? native : Beside("secronna");

    /// <summary>Where it is.</summary>
    public static string Folder => Path.GetDirectoryName(CommandLine)!;

    /// <summary>Whether that is the native file.</summary>
    public static bool IsNative => CommandLine != Beside("secronna");

    /// <summary>A program that the build put beside this assembly.</summary>
    public static string Beside(string program) => Path.Combine(AppContext.BaseDirectory, program);

    /// <summary>A start, of a program beside this assembly or elsewhere by its path, that knows no server or credential but by the given variables.</summary>
    public static Process Start(string program, string folder, IEnumerable<KeyValuePair<string, string>> variables, params string[] arguments)
    {
        var start = ServerProgram.Start(folder, variables, arguments);
        start.FileName = Beside(program);
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end, with this on its standard input.</summary>
    public static Task<Ended> RunAsync(
        string program, string folder, IEnumerable<KeyValuePair<string, string>> variables, string input, params string[] arguments) =>
        RunAsync(program, folder, variables, input, arguments, Until.Patience);

    /// <summary>The same, with other patience.</summary>
    public static async Task<Ended> RunAsync(
        string program, string folder, IEnumerable<KeyValuePair<string, string>> variables, string input, string[] arguments, TimeSpan patience)
    {
        using var process = Start(program, folder, variables, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(patience);
        return new Ended(process.ExitCode, await output, await error);
    }
}
