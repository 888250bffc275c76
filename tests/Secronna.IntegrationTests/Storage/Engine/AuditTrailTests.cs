using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Trail;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

/// <summary>The numbers and times of audit entries.</summary>
public sealed class AuditTrailTests
{
    [Fact]
    public async Task Sequence_numbers_of_each_workspace_and_the_installation_count_from_one_without_gaps()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AllowAsync("acc_b");
        string[] workspaces = [TestStorage.Workspace, "acc_b", TrailEntry.Installation];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 30; i++)
            {
                var failing = storage.WriteAsync<bool>(transaction =>
                {
                    transaction.Audit.Append(storage.Entry(workspaces[i % 3]));
                    throw new TimeZoneNotFoundException();
                });
                await storage.AppendAsync([.. Enumerable.Range(0, worker % 3 + 1).Select(j => storage.Entry(workspaces[(i + j) % 3]))]);
                await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => failing);
            }
        })));
        var total = 0;
        foreach (var workspace in workspaces)
        {
            var trail = await storage.TrailAsync(workspace);
            Assert.Equal(Enumerable.Range(1, trail.Count).Select(i => (long)i), trail.Select(row => row.Sequence));
            total += trail.Count;
        }

        Assert.Equal(30 * (1 + 2 + 3 + 1 + 2 + 3 + 1 + 2), total);
    }

    [Fact]
    public async Task Every_field_of_an_entry_is_read_back()
    {
        await using var storage = await TestStorage.CreateAsync();
        var entry = storage.Entry() with
        {
            Outcome = AuditOutcomes.Failed, RequestId = "req_1", Ip = "::1", UserAgent = "ä/1", ProjectId = "proj_1", EnvironmentId = "env_1",
            SecretId = "sec_1", Key = "KEY", Path = "a/b/KEY", Version = 7, TargetId = "key_2", Name = "name", Count = 3,
        };
        await storage.AppendAsync(entry, storage.Entry());
        var trail = await storage.TrailAsync();
        Assert.Equal(new RecordedEntry(1, storage.Now, entry), trail[0]);
        Assert.Null(trail[1].Entry.Version);
        Assert.Null(trail[1].Entry.Count);
    }

    [Fact]
    public async Task Times_never_fall_when_the_clock_steps_back()
    {
        await using var storage = await TestStorage.CreateAsync();
        var ahead = storage.Clock.GetUtcNow();
        await storage.AppendAsync(storage.Entry());
        await storage.AppendAsync(storage.Entry(TrailEntry.Installation));
        foreach (var isReopened in new[] { false, true })
        {
            await storage.SetClockAsync(ahead - TimeSpan.FromHours(1));
            if (isReopened)
            {
                await storage.ReopenAsync();
            }

            await storage.AppendAsync(storage.Entry());
            await storage.AppendAsync(storage.Entry(TrailEntry.Installation));
        }

        await storage.AdvanceAsync(TimeSpan.FromHours(2));
        await storage.AppendAsync(storage.Entry());

        var first = Instant.From(ahead).Microseconds;
        Assert.Equal([first, first, first, first + 3_600_000_000], (await storage.TrailAsync()).Select(row => row.CreatedAt));
        Assert.Equal([first, first, first], (await storage.TrailAsync(TrailEntry.Installation)).Select(row => row.CreatedAt));
    }
}
