using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Secronna.Tests.Consumers;

/// <summary>bash and sh, beginning without a variable.</summary>
internal static class ShellReader
{
    /// <summary>How a text gets into a shell.</summary>
    public static IReadOnlyList<string> Ways { get; } = [". ./export", "eval \"$(cat export)\""];

    /// <summary>
    /// The environment of a program that a shell starts once it has read the text. Throws where the text made the shell say
    /// or do anything else: leave a file, above all.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Read(string shell, string way, string text)
    {
        var folder = Directory.CreateTempSubdirectory("secronna-" + RandomNumberGenerator.GetHexString(8, lowercase: true));
        try
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, "export"), Encoding.UTF8.GetBytes(text));
            var output = Run(folder.FullName, ["-i", shell, "-c", way + " && exec env -0"]);
            return folder.GetFileSystemInfos() is [{ Name: "export" }]
                ? output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1])
                : throw new InvalidOperationException("the shell ran something");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Run(string folder, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("env", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false, throwOnInvalidBytes: true),
        })!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        return process.ExitCode == 0 && error.Result.Length == 0
            ? output.Result
            : throw new InvalidOperationException($"the shell ended with {process.ExitCode}: {error.Result}");
    }
}
