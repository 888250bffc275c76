using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Secronna.Tests.Running;
using Xunit;

namespace Secronna.Tests.Pkcs11;

/// <summary>SoftHSM with a token folder of its own.</summary>
public sealed partial class SoftHsm : IDisposable
{
    private static readonly string[] LibraryPaths =
    [
        "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so",
        "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    ];

    private readonly TemporaryFolder folder = new();
    private int tokens;

    public SoftHsm()
    {
        Directory.CreateDirectory(folder["tokens"]);
        File.WriteAllText(Settings, $"directories.tokendir = {folder["tokens"]}\nobjectstore.backend = file\nlog.level = ERROR\n");
        // Native code does not see variables that .NET sets, so this calls setenv.
        Assert.Equal(0, SetVariable(Variable.Key, Variable.Value, 1));
    }

    internal static string Library => Array.Find(LibraryPaths, File.Exists)
        ?? throw new InvalidOperationException("SoftHSM is not installed; test.sh does it");

    /// <summary>The variable by which the library finds the tokens; another process that uses them needs it too.</summary>
    internal KeyValuePair<string, string> Variable => new("SOFTHSM2_CONF", Settings);

    private string Settings => folder["softhsm2.conf"];

    internal SoftHsmToken NewToken()
    {
        var label = string.Create(CultureInfo.InvariantCulture, $"token-{++tokens}");
        Run("--init-token", "--free", "--label", label, "--so-pin", "so-pin-1234", "--pin", SoftHsmToken.Pin);
        var pinFile = Write(label + ".pin", SoftHsmToken.Pin + "\n");
        return new SoftHsmToken(this, label, pinFile);
    }

    /// <summary>Writes a file (0600) with this text.</summary>
    internal string Write(string name, string text)
    {
        var path = folder[name];
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }

    internal string PathOf(string name) => folder[name];

    /// <summary>Runs <c>softhsm2-util</c>, in a process of its own.</summary>
    internal void Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("softhsm2-util", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Variable.Key] = Variable.Value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
    }

    public void Dispose() => folder.Dispose();

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
