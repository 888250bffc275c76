using System.Diagnostics;

namespace Secronna.EndToEndTests.Running;

/// <summary>The command line and the samples, as users start them, beside this test assembly.</summary>
internal static class ClientProgram
{
    /// <summary>A start that knows no server or credential but by the given variables.</summary>
    public static Process Start(string program, string folder, IEnumerable<KeyValuePair<string, string>> variables, params string[] arguments)
    {
        var start = ServerProgram.Start(folder, variables, arguments);
        start.FileName = Path.Combine(AppContext.BaseDirectory, program);
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end, with this on its standard input.</summary>
    public static async Task<Ended> RunAsync(
        string program, string folder, IEnumerable<KeyValuePair<string, string>> variables, string input, params string[] arguments)
    {
        using var process = Start(program, folder, variables, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        return new Ended(process.ExitCode, await output, await error);
    }

    /// <summary>The variables that `dev` writes for whoever tries it.</summary>
    public static async Task<Dictionary<string, string>> VariablesAsync(string dataFolder) =>
        (await File.ReadAllLinesAsync(Path.Combine(dataFolder, "dev.env")))
            .Select(line => line["export ".Length..].Split('=')).ToDictionary(parts => parts[0], parts => parts[1]);
}
