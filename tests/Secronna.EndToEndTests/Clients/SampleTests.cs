using System.Diagnostics;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The samples, as programs of their own, against a server as a newcomer starts it.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Fetching_an_environment_names_its_secrets_and_leaves_a_record_of_each()
    {
        await using var server = await RunningServer.StartAsync(folder.Path, [], "dev", "--data", folder["D"], "--port", "0");
        var token = (await File.ReadAllLinesAsync(Path.Combine(folder["D"], "dev.env")))[1].Split('=')[1];

        var ended = await RunAsync("FetchSecrets", server.Url, token, "demo/development");

        Assert.Equal((0, "1 secret(s): GREETING\n", ""), (ended.ExitCode, ended.Out, ended.Error));
        using var api = new Api(server.Url, token);
        var entry = Assert.Single((await api.GetAsync("/api/v1/audit?action=secret.reveal")).Data.AsArray());
        Assert.Equal("demo/development/GREETING", (string)entry!["metadata"]!["path"]!);
    }

    [Fact]
    public async Task What_is_refused_is_an_error_with_its_code_and_without_the_token()
    {
        await using var server = await RunningServer.StartAsync(folder.Path, [], "dev", "--data", folder["D"], "--port", "0");
        var ended = await RunAsync("FetchSecrets", server.Url, "st_live_canary", "demo/development");
        Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
        Assert.StartsWith("Error [AUTH_REQUIRED]: ", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", ended.Error, StringComparison.Ordinal);
    }

    private async Task<Ended> RunAsync(string sample, string url, string token, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, sample), arguments)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        (start.Environment["SECRONNA_API_URL"], start.Environment["SECRONNA_TOKEN"]) = (url, token);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        return new Ended(process.ExitCode, await output, await error);
    }
}
