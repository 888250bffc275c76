using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

public sealed class AuditTrailTests
{
    [Fact]
    public async Task Each_workspace_and_the_installation_count_from_one_without_gaps()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AllowAsync("acc_b");
        string[] workspaces = [TestStorage.Workspace, "acc_b", AuditEntry.Installation];
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
    public async Task What_was_recorded_is_read_back_whole()
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
        await storage.AppendAsync(storage.Entry(AuditEntry.Installation));
        foreach (var isReopened in new[] { false, true })
        {
            await storage.SetClockAsync(ahead - TimeSpan.FromHours(1));
            if (isReopened)
            {
                await storage.ReopenAsync();
            }

            await storage.AppendAsync(storage.Entry());
            await storage.AppendAsync(storage.Entry(AuditEntry.Installation));
        }

        await storage.AdvanceAsync(TimeSpan.FromHours(2));
        await storage.AppendAsync(storage.Entry());

        var first = Instant.From(ahead).Microseconds;
        Assert.Equal([first, first, first, first + 3_600_000_000], (await storage.TrailAsync()).Select(row => row.CreatedAt));
        Assert.Equal([first, first, first], (await storage.TrailAsync(AuditEntry.Installation)).Select(row => row.CreatedAt));
    }

    [Fact]
    public async Task The_first_entry_since_any_time_is_found()
    {
        await using var storage = await TestStorage.CreateAsync();
        var start = storage.Now;
        // Entries 1..40, two at each even second.
        for (var i = 0; i < 20; i++)
        {
            await storage.AppendAsync(storage.Entry(), storage.Entry());
            await storage.AdvanceAsync(TimeSpan.FromSeconds(2));
        }

        for (var second = -2; second < 44; second++)
        {
            var time = start + (second * 1_000_000L);
            var expected = Math.Clamp((second + 1) / 2, 0, 20) * 2 + 1;
            Assert.Equal(expected, await storage.ReadAsync(session => AuditEntryTable.FirstSinceAsync(session, TestStorage.Workspace, time)));
        }

        Assert.Equal(1, await storage.ReadAsync(session => AuditEntryTable.FirstSinceAsync(session, TestStorage.Workspace, long.MinValue)));
        Assert.Equal(41, await storage.ReadAsync(session => AuditEntryTable.FirstSinceAsync(session, TestStorage.Workspace, long.MaxValue)));
        Assert.Equal(1, await storage.ReadAsync(session => AuditEntryTable.FirstSinceAsync(session, "acc_empty", 0)));
    }

    [Fact]
    public async Task Every_combination_of_filters_gives_what_a_plain_search_gives()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AllowAsync("acc_b");
        var entries = new List<AuditEntry>();
        for (var i = 0; i < 120; i++)
        {
            entries.Add(storage.Entry(i % 7 == 0 ? "acc_b" : TestStorage.Workspace, i % 2 == 0 ? "secret.write" : "secret.reveal") with
            {
                ActorId = $"key_{i % 3}",
                ProjectId = $"proj_{i % 2}",
                EnvironmentId = $"env_{i % 4}",
                SecretId = i % 5 == 0 ? null : $"sec_{i % 5}",
                Outcome = AuditOutcomes.All[i % 11 == 0 ? 1 : i % 13 == 0 ? 2 : 0],
            });
            await storage.AppendAsync(entries[^1]);
            await storage.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        var all = await storage.TrailAsync();
        foreach (var filter in Filters(all))
        {
            var expected = all.Where(row => filter.Matches(row.Entry)
                && !(row.CreatedAt < filter.From) && !(row.CreatedAt > filter.To)).Select(row => row.Sequence).Reverse();
            Assert.Equal(expected, (await PageThroughAsync(storage, filter, 7)).Select(row => row.Sequence));
        }
    }

    [Fact]
    public async Task A_page_looks_at_so_many_rows_and_says_where_to_go_on()
    {
        await using var storage = await TestStorage.CreateAsync();
        const int Rows = (2 * AuditEntryTable.ScanLimit) + 10;
        var rare = storage.Entry(action: "project.create");
        await storage.AppendAsync([rare, .. Enumerable.Range(0, Rows).Select(_ => storage.Entry())]);
        var filter = new AuditFilter { Action = "project.create" };
        var pages = new List<AuditPage>();
        long? below = long.MaxValue;
        while (below is { } next)
        {
            pages.Add(await storage.ReadAsync(session => AuditEntryTable.PageAsync(session, TestStorage.Workspace, filter, next, 50)));
            below = pages[^1].NextBelow;
        }

        Assert.Equal([0, 0, 1], pages.Select(page => page.Entries.Count));
        Assert.Equal(Rows + 2 - AuditEntryTable.ScanLimit, pages[0].NextBelow);
        Assert.Equal(rare.Id, pages[2].Entries[0].Entry.Id);
    }

    [Fact]
    public async Task An_export_pages_from_the_oldest_to_the_end()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AppendAsync([.. Enumerable.Range(0, 25).Select(_ => storage.Entry())]);
        var read = new List<long>();
        while (await storage.ReadAsync(session => AuditEntryTable.ExportAsync(
            session, TestStorage.Workspace, read.LastOrDefault(), 10)) is { Count: > 0 } page)
        {
            read.AddRange(page.Select(row => row.Sequence));
        }

        Assert.Equal(Enumerable.Range(1, 25).Select(i => (long)i), read);
    }

    private static IEnumerable<AuditFilter> Filters(List<RecordedEntry> all)
    {
        long?[] times = [null, all[0].CreatedAt, all[20].CreatedAt, all[20].CreatedAt + 1, all[^1].CreatedAt, all[^1].CreatedAt + 1];
        string?[] outcomes = [null, .. AuditOutcomes.All];
        foreach (var from in times)
        {
            foreach (var to in times)
            {
                yield return new AuditFilter { From = from, To = to };
            }
        }

        for (var i = 0; i < 32; i++)
        {
            foreach (var outcome in outcomes)
            {
                yield return new AuditFilter
                {
                    Action = (i & 1) == 0 ? null : "secret.write",
                    ActorId = (i & 2) == 0 ? null : "key_1",
                    ProjectId = (i & 4) == 0 ? null : "proj_1",
                    EnvironmentId = (i & 8) == 0 ? null : "env_3",
                    SecretId = (i & 16) == 0 ? null : "sec_2",
                    Outcome = outcome,
                    From = i % 3 == 0 ? all[30].CreatedAt : null,
                };
            }
        }
    }

    private static async Task<List<RecordedEntry>> PageThroughAsync(TestStorage storage, AuditFilter filter, int limit)
    {
        var found = new List<RecordedEntry>();
        long? below = long.MaxValue;
        while (below is { } next)
        {
            var page = await storage.ReadAsync(session => AuditEntryTable.PageAsync(session, TestStorage.Workspace, filter, next, limit));
            Assert.InRange(page.Entries.Count, 0, limit);
            found.AddRange(page.Entries);
            below = page.NextBelow;
        }

        return found;
    }
}
