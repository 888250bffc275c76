using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Secronna.Tests.Consumers;

/// <summary>Reads exports with bash or sh, started with an empty environment.</summary>
internal static class ShellReader
{
    /// <summary>The commands by which a shell can read the exported text.</summary>
    public static IReadOnlyList<string> Ways { get; } = [". ./export", "eval \"$(cat export)\""];

    /// <summary>
    /// Lets a shell read the text and returns the environment of a program that the shell then starts. Throws if the text made
    /// the shell fail, print an error or create a file.
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
