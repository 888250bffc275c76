using System.Diagnostics;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>A token of SoftHSM in a folder of its own.</summary>
internal sealed class SoftHsmToken : IDisposable
{
    private const string Label = "end-to-end";
    private const string Pin = "user-pin-5678";

    private static readonly string[] Libraries =
        ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"];

    private readonly TemporaryFolder folder = new();

    public SoftHsmToken()
    {
        Directory.CreateDirectory(folder["tokens"]);
        File.WriteAllText(Configuration, $"directories.tokendir = {folder["tokens"]}\nobjectstore.backend = file\nlog.level = ERROR\n");
        File.WriteAllText(folder["pin"], Pin);
        File.SetUnixFileMode(folder["pin"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Run("--init-token", "--free", "--label", Label, "--so-pin", "so-pin-1234", "--pin", Pin);
    }

    /// <summary>Where the library finds its tokens: a variable of whoever uses it.</summary>
    public KeyValuePair<string, string> Variable => new("SOFTHSM2_CONF", Configuration);

    /// <summary>The settings that name it, by their last part.</summary>
    public Dictionary<string, string> Settings => new()
    {
        ["Provider"] = "Pkcs11", ["Library"] = Array.Find(Libraries, File.Exists)!, ["Token"] = Label, ["PinFile"] = folder["pin"],
    };

    private string Configuration => folder["softhsm2.conf"];

    /// <summary>Deletes it with all its keys.</summary>
    public void Delete() => Run("--delete-token", "--token", Label);

    public void Dispose() => folder.Dispose();

    private void Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("softhsm2-util", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Variable.Key] = Variable.Value;
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, said);
    }
}
