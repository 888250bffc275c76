using System.Diagnostics;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Hosting;

/// <summary>A server that is asked to stop answers the requests it has begun and leaves the database as one file.</summary>
[RunsAlone]
public sealed class StopTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Under_load_the_server_answers_requests_in_flight_and_exits_with_0_when_asked_to_stop()
    {
        using var installation = await TestInstallation.CreateAsync();
        var ledger = new Ledger();
        string environment;
        await using (var server = await installation.ServeAsync())
        {
            using var api = new Api(server.Url, installation.Token);
            environment = (await api.CreateEnvironmentAsync("Stop")).EnvironmentId;
            using var load = new RequestLoad(server.Url, installation.Token, environment, ledger);
            await Until.HoldsAsync("writes are acknowledged", () => ledger.Writes > 200);
            var asked = Stopwatch.GetTimestamp();
            Assert.Equal(0, await server.StopAsync());
            Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, Timeout);
            await load.StopAsync();
            Assert.Empty(load.Refused);
            Assert.DoesNotContain("broke", server.Log, StringComparison.Ordinal);
        }

        Assert.Equal(["secronna.db"], Directory.GetFiles(installation.DataFolder).Select(Path.GetFileName));
        await using var again = await installation.ServeAsync();
        using var check = new Api(again.Url, installation.Token);
        await ledger.CheckAllAsync(check, environment);
        await ledger.CheckAsync(check, environment);
    }

    [Fact]
    public async Task A_request_whose_body_is_incomplete_when_the_signal_comes_is_answered()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("Stop");
        using var slow = await SlowRequest.BeginAsync(server.Url, installation.Token, environment);
        await Until.HoldsAsync("the request is in flight", slow.HasReachedHandlerAsync);
        ServerProgram.Signal(server.Id, ServerProgram.Terminate);
        await Until.HoldsAsync("the server refuses new connections", () => slow.IsRefusedAsync(server.Url));
        Assert.Contains("HTTP/1.1 201", await slow.FinishAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await server.WaitForExitAsync());
    }
}
