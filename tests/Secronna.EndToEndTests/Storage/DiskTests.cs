using System.Diagnostics;
using Secronna.EndToEndTests.Faults;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Storage;

/// <summary>On a disk that fails or is full, the server acknowledges nothing that the disk does not hold (S30).</summary>
public sealed class DiskTests
{
    private static readonly TimeSpan Quickly = TimeSpan.FromSeconds(5);

    [Fact]
    [RunsAlone]
    public async Task A_failed_fsync_ends_the_process_and_no_acknowledged_write_is_lost()
    {
        using var disk = await FaultyDisk.CreateAsync();
        using var installation = await TestInstallation.CreateAsync();
        disk.UseFor(installation);
        var ledger = new Ledger();
        string environment;
        await using (var server = await installation.ServeAsync())
        {
            environment = await BeginAsync(server, installation);
            using var load = new RequestLoad(server.Url, installation.Token, environment, ledger);
            await Until.HoldsAsync("writes are acknowledged", () => ledger.Writes > 100);
            disk.Break(FaultyDisk.FsyncFails);
            var broke = Stopwatch.GetTimestamp();
            Assert.NotEqual(0, await server.WaitForExitAsync());
            Assert.InRange(Stopwatch.GetElapsedTime(broke), TimeSpan.Zero, Quickly);
            await load.StopAsync();
            Assert.Contains("fsync", server.Log, StringComparison.Ordinal);
        }

        disk.Mend(FaultyDisk.FsyncFails);
        await ExpectAllKeptAsync(installation, ledger, environment);
    }

    [Fact]
    public async Task A_write_whose_fsync_fails_is_never_answered_with_success()
    {
        using var disk = await FaultyDisk.CreateAsync();
        using var installation = await TestInstallation.CreateAsync();
        disk.UseFor(installation);
        await using var server = await installation.ServeAsync();
        var environment = await BeginAsync(server, installation);
        using var api = new Api(server.Url, installation.Token);
        Assert.Equal(201, (await api.WriteAsync(environment, "KEY", "before")).Status);
        disk.Break(FaultyDisk.FsyncFails);
        var status = 0;
        try
        {
            status = (await api.WriteAsync(environment, "KEY", "after")).Status;
        }
        catch (HttpRequestException)
        {
            // The process ended before it could answer.
        }

        Assert.True(status is 0 or 503, $"status {status}");
        Assert.NotEqual(0, await server.WaitForExitAsync());
    }

    [Fact]
    public async Task On_a_full_disk_requests_get_UNAVAILABLE_and_the_server_recovers_by_itself_once_there_is_space()
    {
        using var disk = await FaultyDisk.CreateAsync();
        using var installation = await TestInstallation.CreateAsync();
        disk.UseFor(installation);
        var ledger = new Ledger();
        await using var server = await installation.ServeAsync();
        var environment = await BeginAsync(server, installation);
        using var api = new Api(server.Url, installation.Token);
        var written = await api.WriteAsync(environment, "OTHER", "kept");
        using (var load = new RequestLoad(server.Url, installation.Token, environment, ledger))
        {
            await Until.HoldsAsync("writes are acknowledged", () => ledger.Writes > 100);
            disk.Break(FaultyDisk.DiskFull);
            await Until.HoldsAsync("requests are refused", () => load.Refused.Count > 50);
            await Until.HoldsAsync("the server reports that it is not ready", async () => (await api.GetAsync("/health/ready")).Status == 503);
            var refused = await api.RevealAsync((string)written.Data["id"]!, 1);
            Assert.Equal((503, "UNAVAILABLE"), (refused.Status, refused.ErrorCode));
            Assert.Null(refused.Envelope["data"]);
            Assert.Equal(200, (await api.GetAsync("/health/live")).Status);

            var before = ledger.Writes;
            disk.Mend(FaultyDisk.DiskFull);
            await Until.HoldsAsync("writes are acknowledged again", () => ledger.Writes > before + 100);
            await Until.HoldsAsync("the server is ready again", async () => (await api.GetAsync("/health/ready")).Status == 200);
            await load.StopAsync();
            Assert.Equal(0, load.Failures);
            Assert.All(load.Refused, answer => Assert.Equal((503, "UNAVAILABLE"), (answer.Status, answer.ErrorCode)));
        }

        await server.KillAsync();
        await ExpectAllKeptAsync(installation, ledger, environment, "OTHER");
    }

    private static async Task<string> BeginAsync(RunningServer server, TestInstallation installation)
    {
        using var api = new Api(server.Url, installation.Token);
        return (await api.CreateEnvironmentAsync("Disk")).EnvironmentId;
    }

    private static async Task ExpectAllKeptAsync(
        TestInstallation installation, Ledger ledger, string environment, string? keyOutsideLedger = null)
    {
        await using var again = await installation.ServeAsync();
        using var api = new Api(again.Url, installation.Token);
        if (keyOutsideLedger is not null)
        {
            var secret = (await api.ListAsync($"/api/v1/environments/{environment}/secrets")).Single(each => (string)each["key"]! == keyOutsideLedger);
            Assert.Equal(200, (await api.DeleteAsync($"/api/v1/secrets/{secret["id"]}")).Status);
        }

        await ledger.CheckAllAsync(api, environment);
        await ledger.CheckAsync(api, environment);
    }
}
