using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace Secronna.EndToEndTests.Running;

/// <summary>A server's process that is ready to answer. Disposing of it kills it if it still runs.</summary>
internal sealed partial class RunningServer : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder log = new();
    private readonly Task pumps;

    private RunningServer(Process process)
    {
        this.process = process;
        Id = process.Id;
        process.StandardInput.Close();
        pumps = Task.WhenAll(PumpAsync(process.StandardOutput), PumpAsync(process.StandardError));
    }

    public int Id { get; }

    public string Url { get; private set; } = "";

    /// <summary>Everything that the server wrote to standard output and standard error so far.</summary>
    public string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    public bool HasExited => process.HasExited;

    /// <summary>Starts the program and waits until it has printed its URL and reports that it is ready.</summary>
    public static Task<RunningServer> StartAsync(
        string folder, IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments) =>
        StartAsync(ServerProgram.Start(folder, environment, arguments));

    /// <summary>Starts the given process and waits until it has printed its URL and reports that it is ready.</summary>
    /// <param name="start">The process.</param>
    /// <param name="trusted">The certificate of the server or of its authority.</param>
    /// <param name="reason">Why the server is not ready, instead: part of what it reports.</param>
    public static async Task<RunningServer> StartAsync(ProcessStartInfo start, X509Certificate? trusted = null, string? reason = null)
    {
        var server = new RunningServer(Process.Start(start)!);
        try
        {
            await server.WaitUntilReadyAsync(trusted, reason);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the process and its children (SIGKILL), so that they can finish nothing.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await WaitForExitAsync();
    }

    /// <summary>Suspends the process (SIGSTOP); its connections stay open.</summary>
    public void Pause() => ServerProgram.Signal(Id, ServerProgram.Stop);

    public void Resume() => ServerProgram.Signal(Id, ServerProgram.Continue);

    /// <summary>Sends SIGTERM, as service managers do, and returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        ServerProgram.Signal(Id, ServerProgram.Terminate);
        return await WaitForExitAsync();
    }

    public async Task<int> WaitForExitAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        await pumps;
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    private async Task WaitUntilReadyAsync(X509Certificate? trusted, string? reason)
    {
        await Until.HoldsAsync($"the server starts; so far: {Log}", () =>
        {
            Assert.False(process.HasExited && pumps.IsCompleted, $"the server ended: {Log}");
            Url = Address().Match(Log) is { Success: true } match ? match.Groups[1].Value : "";
            return Url.Length > 0;
        });
        using var api = new Api(Url, null, trusted);
        await Until.HoldsAsync(reason is null ? "the server is ready" : $"the server is not ready: {reason}", async () =>
            await api.GetAsync("/health/ready") is var answer && (reason is null
                ? answer.Status == 200
                : answer.Envelope.ToJsonString().Contains(reason, StringComparison.Ordinal)));
    }

    private async Task PumpAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (log)
            {
                log.Append(line).Append('\n');
            }
        }
    }

    // Matches the log line of `serve` and the greeting of `dev`.
    [GeneratedRegex(@"(?:ready on|API) +(https?://[\w.\[\]:]+:\d+)")]
    private static partial Regex Address();
}
