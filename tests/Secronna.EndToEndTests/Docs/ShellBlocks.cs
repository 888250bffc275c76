using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Secronna.EndToEndTests.Docs;

/// <summary>The shell blocks of a Markdown page, run as a reader who pastes them would run them.</summary>
internal static partial class ShellBlocks
{
    /// <summary>Returns the contents of the page's <c>sh</c> blocks, in order.</summary>
    public static List<string> Read(string text) => [.. Block().Matches(text).Select(match => match.Groups[1].Value)];

    /// <summary>Runs a script with bash in a folder, expects it to succeed, and returns its standard output.</summary>
    public static async Task<string> RunAsync(
        string script, string folder, IEnumerable<KeyValuePair<string, string>>? environment = null, TimeSpan? patience = null)
    {
        var start = new ProcessStartInfo("bash", ["-e", "-c", script])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        };
        ServerProgram.AcceptRuntime(start.Environment);
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        using var shell = Process.Start(start)!;
        try
        {
            var output = await shell.StandardOutput.ReadToEndAsync().WaitAsync(patience ?? Until.Patience);
            await shell.WaitForExitAsync().WaitAsync(Until.Patience);
            Assert.Equal(0, shell.ExitCode);
            return output;
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }
    }

    [GeneratedRegex("^```sh\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
