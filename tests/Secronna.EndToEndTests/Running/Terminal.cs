using System.Diagnostics;
using System.Text;

namespace Secronna.EndToEndTests.Running;

/// <summary>A shell command at a pseudo-terminal: the test types keys and reads the screen.</summary>
internal sealed class Terminal : IAsyncDisposable
{
    public const string CtrlC = "\u0003";
    public const string Enter = "\r";

    private readonly Process process;
    private readonly StringBuilder screen = new();
    private readonly Task reading;

    private Terminal(Process process)
    {
        this.process = process;
        reading = ReadAsync();
    }

    /// <summary>Everything that the terminal has shown so far.</summary>
    public string Screen
    {
        get
        {
            lock (screen)
            {
                return screen.ToString();
            }
        }
    }

    /// <summary>Starts a command in a shell that finds <c>secronna</c> on its PATH.</summary>
    public static Terminal Start(string folder, IEnumerable<KeyValuePair<string, string>> variables, string command)
    {
        var start = ServerProgram.Start(
            folder, [new("TERM", "xterm"), .. variables, new("PATH", $"{ClientProgram.Folder}:{Environment.GetEnvironmentVariable("PATH")}")],
            ["--quiet", "--return", "--command", command, "/dev/null"]);
        start.FileName = "script";
        start.StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new Terminal(Process.Start(start)!);
    }

    /// <summary>Types keys once the screen contains <paramref name="after"/>.</summary>
    public async Task TypeAsync(string after, string keys)
    {
        await Until.HoldsAsync($"{after} on the screen: {Screen}", () => Screen.Contains(after, StringComparison.Ordinal));
        await process.StandardInput.WriteAsync(keys);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for the end of the command and returns its exit code and everything that was shown.</summary>
    public async Task<(int ExitCode, string Screen)> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        await reading;
        return (process.ExitCode, Screen);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await reading;
        process.Dispose();
    }

    private async Task ReadAsync()
    {
        var characters = new char[1024];
        while (await process.StandardOutput.ReadAsync(characters) is > 0 and var count)
        {
            lock (screen)
            {
                screen.Append(characters, 0, count);
            }
        }
    }
}
