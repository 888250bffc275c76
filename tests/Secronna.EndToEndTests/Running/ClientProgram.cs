using System.Diagnostics;

namespace Secronna.EndToEndTests.Running;

/// <summary>Starts the <c>secronna</c> command line and the samples as users start them.</summary>
internal static class ClientProgram
{
    /// <summary>
    /// The variable that names a native executable of the command line. If it is set, all tests start that file.
    /// </summary>
    public const string NativeVariable = "SECRONNA_TEST_CLI";

    /// <summary>
    /// The path of the command line: the native file that the variable names, else the program beside this assembly.
    /// </summary>
    public static string CommandLine { get; } =
        Environment.GetEnvironmentVariable(NativeVariable) is { Length: > 0 } native ? native : Beside("secronna");

    /// <summary>The folder of the command line.</summary>
    public static string Folder => Path.GetDirectoryName(CommandLine)!;

    /// <summary>Whether <see cref="CommandLine"/> is a native file.</summary>
    public static bool IsNative => CommandLine != Beside("secronna");

    /// <summary>The path of a program that the build put beside this assembly.</summary>
    public static string Beside(string program) => Path.Combine(AppContext.BaseDirectory, program);

    /// <summary>
    /// Starts a program, by its name beside this assembly or by its path. It learns of a server and a credential from the given
    /// variables only.
    /// </summary>
    public static Process Start(string program, string folder, IEnumerable<KeyValuePair<string, string>> variables, params string[] arguments)
    {
        var start = ServerProgram.Start(folder, variables, arguments);
        start.FileName = Beside(program);
        start.Environment.Remove(ServerProgram.AcceptedRuntime);
        return Process.Start(start)!;
    }

    /// <summary>Runs a program to its end, with <paramref name="input"/> on its standard input.</summary>
    public static Task<Ended> RunAsync(
        string program, string folder, IEnumerable<KeyValuePair<string, string>> variables, string input, params string[] arguments) =>
        RunAsync(program, folder, variables, input, arguments, Until.Patience);

    /// <summary>Runs a program to its end and waits at most <paramref name="patience"/> for it.</summary>
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
