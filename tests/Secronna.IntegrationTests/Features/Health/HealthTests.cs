using Microsoft.Extensions.Time.Testing;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.Health;

[DependsOnTransactions]
public sealed class HealthTests
{
    [Fact]
    public async Task A_server_whose_probe_cannot_write_is_not_ready_until_it_can_again()
    {
        FakeTimeProvider time = TestClock.New();
        await using var server = await TestServer.StartAsync(time: time);
        await WaitForStatusAsync(server, time, 200);

        server.Break("UPDATE OF probed_at", "installation");
        var unready = await WaitForStatusAsync(server, time, 503);

        unready.IsError(503, "UNAVAILABLE");
        (await server.Anyone.SendToAsync("GET", "/health/live")).Is(200);
        server.Mend("installation");
        Assert.Equal("""{"status":"ready","warnings":[]}""", (await WaitForStatusAsync(server, time, 200)).Data.GetRawText());
        await Until.HoldsAsync(
            "the recovery is logged",
            () => server.Log.Lines.Any(line => line.Contains("Ready again", StringComparison.Ordinal)));
    }

    private static async Task<Reply> WaitForStatusAsync(TestServer server, FakeTimeProvider time, int status)
    {
        Reply? reply = null;
        await Until.HoldsAsync(
            $"readiness is answered with {status}",
            async () =>
            {
                // Each step is short, because the server gives up a probe that takes too long by this clock.
                time.Advance(TimeSpan.FromMilliseconds(50));
                reply = await server.Anyone.SendToAsync("GET", "/health/ready");
                return reply.Status == status;
            });
        return reply!;
    }
}
