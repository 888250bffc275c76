using Microsoft.Extensions.Time.Testing;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.Health;

[DependsOnTransactions]
public sealed class HealthTests
{
    [Fact]
    public async Task A_server_whose_probe_can_not_write_is_not_ready_until_it_can_again()
    {
        FakeTimeProvider time = TestClock.New();
        await using var server = await TestServer.StartAsync(time: time);
        await BecomesAsync(server, time, 200);

        server.Break("UPDATE OF probed_at", "installation");
        var unready = await BecomesAsync(server, time, 503);

        unready.IsError(503, "UNAVAILABLE");
        (await server.Anyone.SendToAsync("GET", "/health/live")).Is(200);
        server.Mend("installation");
        Assert.Equal("""{"status":"ready"}""", (await BecomesAsync(server, time, 200)).Data.GetRawText());
        await Until.HoldsAsync(
            "the log line",
            () => server.Log.Lines.Any(line => line.Contains("Ready again", StringComparison.Ordinal)));
    }

    private static async Task<Reply> BecomesAsync(TestServer server, FakeTimeProvider time, int status)
    {
        Reply? reply = null;
        await Until.HoldsAsync(
            $"readiness {status}",
            async () =>
            {
                // A probe that is at work has so many of these until it is given up.
                time.Advance(TimeSpan.FromMilliseconds(50));
                reply = await server.Anyone.SendToAsync("GET", "/health/ready");
                return reply.Status == status;
            });
        return reply!;
    }
}
