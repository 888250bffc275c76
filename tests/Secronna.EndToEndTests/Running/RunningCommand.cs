using System.Diagnostics;

namespace Secronna.EndToEndTests.Running;

/// <summary>A running command of the server's program. It can be killed; <see cref="Dispose"/> kills it if it still runs.</summary>
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

    /// <summary>Kills the process (SIGKILL), so that it can finish nothing.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
    }

    /// <summary>Waits for the end of the command. Pass more patience for a command that itself waits for something.</summary>
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
