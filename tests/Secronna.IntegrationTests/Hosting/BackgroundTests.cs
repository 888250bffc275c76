using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Storage;
using Secronna.Server.Access;
using Secronna.Server.Access.Tokens;
using Secronna.Server.Commands;
using Secronna.Server.Hosting;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;
using Xunit;

namespace Secronna.IntegrationTests.Hosting;

/// <summary>A failure of background work is logged and the work is retried. It never stops the server silently.</summary>
[DependsOnTransactions]
public sealed class BackgroundTests
{
    [Fact]
    public async Task A_purge_that_fails_is_logged_and_retried()
    {
        var time = TestClock.New();
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        server.Break("DELETE", "environments");

        (await environment.Api.DeleteAsync($"/environments/{environment.Id}")).Is(200);

        await EventuallyLogsAsync(server, "Deleted data is not purged yet: InvalidOperationException");
        (await environment.Api.GetAsync("/me")).Is(200);
        server.Mend("environments");
        await Until.HoldsAsync(
            "the deleted data is purged",
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return server.Count("SELECT count(*) FROM environments") == 0;
            });
    }

    [Fact]
    public async Task A_deletion_whose_later_slice_fails_is_completed_in_the_background()
    {
        var time = TestClock.New();
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        server.Sql(
            """
            WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 1200)
            INSERT INTO secret_versions
                (secret_id, version, kek_id, wrapped_data_key, ciphertext, tag, kind, created_at, created_by, comment)
            SELECT secret_id, n, kek_id, wrapped_data_key, ciphertext, tag, kind, created_at, created_by, comment
            FROM secret_versions, n WHERE secret_id = @id
            """,
            ("@id", id));
        server.Sql("UPDATE secrets SET current_version = 1200 WHERE id = @id", ("@id", id));
        server.Break("UPDATE", "secret_versions", "WHEN (OLD.version > 1000)");

        Assert.Equal(500, (await environment.Api.DeleteAsync($"/secrets/{id}")).Status);

        await EventuallyLogsAsync(server, "Deleted data is not purged yet");
        server.Mend("secret_versions");
        await Until.HoldsAsync(
            "the deleted data is purged",
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return server.Count("SELECT count(*) FROM secret_versions WHERE ciphertext IS NOT NULL") == 0;
            });
    }

    [Fact]
    public async Task Housekeeping_that_fails_is_logged_and_goes_on()
    {
        var time = new BreakableClock();
        using var log = new CapturedLog();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(log));
        using var ring = new KeyRing(10, TimeSpan.FromMinutes(1));
        using var masterKeys = new MasterKeyRing([], time);
        using var keks = new KekLeases(null!, masterKeys, ring, time);
        using var http = new HttpClient();
        await using var storage = await TestStorage.CreateAsync();
        using var housekeeping = new Housekeeping(
            new RefusalRecorder(null!, new LimitSettings(), time, factory.CreateLogger<RefusalRecorder>()),
            new DiskSpace(storage.Database, new StorageSettings(), time, factory.CreateLogger<DiskSpace>()),
            new RateLimits(new LimitSettings(), time), keks,
            new ProviderKeys(new IdentityProviderSettings(), http, time, factory.CreateLogger<ProviderKeys>()), time, factory.CreateLogger<Housekeeping>());
        ring.Add("kek_1", new byte[32], TimeSpan.Zero).Dispose();
        await housekeeping.StartAsync(default);

        time.IsBroken = true;
        await Until.HoldsAsync(
            "the failure is logged",
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return log.Lines.Any(line => line.Contains("will be tried again: InvalidTimeZoneException", StringComparison.Ordinal));
            });
        time.IsBroken = false;

        await Until.HoldsAsync(
            "the unused KEK is removed",
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(30));
                return ring.Count == 0;
            });
        await housekeeping.StopAsync(default);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task A_server_that_stops_because_a_service_failed_logs_it_and_exits_with_1(bool fails, int code)
    {
        using var log = new CapturedLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(log).AddFilter("Microsoft", LogLevel.None);
        builder.Services.AddSingleton(new Outcome(fails));
        builder.Services.AddHostedService<EndingService>();
        await using var app = builder.Build();
        await app.StartAsync();

        Assert.Equal(code, await ServerLifetime.WaitAsync(app).WaitAsync(TimeSpan.FromSeconds(60)));

        var critical = log.Lines.Where(line => line.StartsWith("Critical", StringComparison.Ordinal)).ToList();
        Assert.Equal(code, critical.Count);
        Assert.All(critical, line =>
        {
            Assert.Contains("EndingService failed, and the server stopped: InvalidTimeZoneException", line, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", line, StringComparison.Ordinal);
        });
    }

    private static Task<TimeSpan> EventuallyLogsAsync(TestServer server, string line) => Until.HoldsAsync(
        "the log has the line " + line,
        () => server.Log.Lines.Any(logged => logged.Contains(line, StringComparison.Ordinal)));

    private sealed class BreakableClock : FakeTimeProvider
    {
        public bool IsBroken { get; set; }

        public override long GetTimestamp() => IsBroken ? throw new InvalidTimeZoneException() : base.GetTimestamp();
    }

    private sealed record Outcome(bool Fails);

    private sealed class EndingService(Outcome outcome, IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task;
            if (outcome.Fails)
            {
                throw new InvalidTimeZoneException("canary");
            }

            lifetime.StopApplication();
        }
    }
}
