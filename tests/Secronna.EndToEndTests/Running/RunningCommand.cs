using System.Diagnostics;

namespace Secronna.EndToEndTests.Running;

/// <summary>A command at work, which can be killed; killed at the end if it still runs.</summary>
internal sealed class RunningCommand : IDisposable
{
    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> error;

    public RunningCommand(TestInstallation installation, params string[] arguments)
    {
        process = Process.Start(ServerProgram.Start(installation.Folder.Path, installation.Environment, arguments))!;
        process.StandardInput.Close();
        (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    public bool HasExited => process.HasExited;

    /// <summary>Kills it as a power cut would.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
    }

    /// <summary>Waits for its end; longer than for others where the command itself waits for something.</summary>
    public async Task<Ended> EndAsync(TimeSpan? patience = null)
    {
        await process.WaitForExitAsync().WaitAsync(patience ?? Until.Patience);
        return new Ended(process.ExitCode, await output, await error);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }
}
