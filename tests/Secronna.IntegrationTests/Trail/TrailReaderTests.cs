using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Storage;
using Secronna.Protocol;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Reading;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Trail;

/// <summary>Reading trails.</summary>
public sealed class TrailReaderTests
{
    [Fact]
    public async Task The_first_entry_since_any_time_is_found()
    {
        await using var storage = await TestStorage.CreateAsync();
        var start = storage.Now;
        // Entries 1 to 40, two at each even second.
        for (var i = 0; i < 20; i++)
        {
            await storage.AppendAsync(storage.Entry(), storage.Entry());
            await storage.AdvanceAsync(TimeSpan.FromSeconds(2));
        }

        for (var second = -2; second < 44; second++)
        {
            var time = start + (second * 1_000_000L);
            var expected = Math.Clamp((second + 1) / 2, 0, 20) * 2 + 1;
            Assert.Equal(expected, await storage.ReadAsync(session => TrailSegmentTable.FindFirstSinceAsync(session, TestStorage.Workspace, time)));
        }

        Assert.Equal(1, await storage.ReadAsync(session => TrailSegmentTable.FindFirstSinceAsync(session, TestStorage.Workspace, long.MinValue)));
        Assert.Equal(41, await storage.ReadAsync(session => TrailSegmentTable.FindFirstSinceAsync(session, TestStorage.Workspace, long.MaxValue)));
        Assert.Equal(1, await storage.ReadAsync(session => TrailSegmentTable.FindFirstSinceAsync(session, "acc_empty", 0)));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(90, 90)]
    [InlineData(120, 40)]
    [InlineData(110, 1)]
    public async Task Every_combination_of_filters_finds_what_a_plain_search_finds(int indexed, int entriesInRun)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AllowAsync("acc_b");
        var entries = new List<TrailEntry>();
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
            if (i < indexed && (i + 1) % entriesInRun == 0)
            {
                await storage.Database.IndexAsync(TestStorage.Workspace);
            }
        }

        var all = await storage.TrailAsync();
        foreach (var filter in Filters(all))
        {
            var expected = all.Where(row => Matches(filter, row.Entry) && (filter.Sequence is null || filter.Sequence == row.Sequence)
                && !(row.CreatedAt < filter.From) && !(row.CreatedAt > filter.To)).Select(row => row.Sequence).Reverse();
            Assert.Equal(expected, (await PageThroughAsync(storage, filter, 7)).Select(row => row.Sequence));
        }
    }

    [Fact]
    public async Task A_page_reads_a_limited_number_of_rows_and_tells_where_the_next_page_begins()
    {
        await using var storage = await TestStorage.CreateAsync();
        const int Rows = (2 * TrailPageReader.ScanLimit) + 10;
        var rare = storage.Entry(action: "project.create");
        await storage.AppendAsync([rare, .. Enumerable.Range(0, Rows).Select(_ => storage.Entry())]);
        var filter = new TrailFilter { Action = "project.create" };
        var pages = new List<TrailPage>();
        long? below = long.MaxValue;
        while (below is { } next)
        {
            pages.Add(await storage.ReadAsync(session => TrailReader.PageAsync(session, TestStorage.Workspace, filter, next, 50)));
            below = pages[^1].NextBelow;
        }

        Assert.Equal([0, 0, 1], pages.Select(page => page.Entries.Count));
        Assert.Equal(Rows + 2 - TrailPageReader.ScanLimit, pages[0].NextBelow);
        Assert.Equal(rare.Id, pages[2].Entries[0].Entry.Id);
    }

    [Fact]
    public async Task An_export_pages_from_the_oldest_to_the_end()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AppendAsync([.. Enumerable.Range(0, 25).Select(_ => storage.Entry())]);
        var read = new List<long>();
        while (await storage.ReadAsync(session => TrailReader.ListAsync(
            session, TestStorage.Workspace, read.LastOrDefault(), 10)) is { Count: > 0 } page)
        {
            read.AddRange(page.Select(row => row.Sequence));
        }

        Assert.Equal(Enumerable.Range(1, 25).Select(i => (long)i), read);
    }

    private static bool Matches(TrailFilter filter, TrailEntry entry) =>
        (filter.Action ?? entry.Action) == entry.Action
        && (filter.ActorId ?? entry.ActorId) == entry.ActorId
        && (filter.ProjectId ?? entry.ProjectId) == entry.ProjectId
        && (filter.EnvironmentId ?? entry.EnvironmentId) == entry.EnvironmentId
        && (filter.SecretId ?? entry.SecretId) == entry.SecretId
        && (filter.Outcome ?? entry.Outcome) == entry.Outcome;

    private static IEnumerable<TrailFilter> Filters(List<RecordedEntry> all)
    {
        long?[] times = [null, all[0].CreatedAt, all[20].CreatedAt, all[20].CreatedAt + 1, all[^1].CreatedAt, all[^1].CreatedAt + 1];
        string?[] outcomes = [null, .. AuditOutcomes.All];
        foreach (var from in times)
        {
            foreach (var to in times)
            {
                yield return new TrailFilter { From = from, To = to };
                yield return new TrailFilter { From = from, To = to, Sequence = 21 };
            }
        }

        for (var i = 0; i < 32; i++)
        {
            foreach (var outcome in outcomes)
            {
                yield return new TrailFilter
                {
                    Action = (i & 1) == 0 ? null : "secret.write",
                    ActorId = (i & 2) == 0 ? null : "key_1",
                    ProjectId = (i & 4) == 0 ? null : "proj_1",
                    EnvironmentId = (i & 8) == 0 ? null : "env_3",
                    SecretId = (i & 16) == 0 ? null : "sec_2",
                    Outcome = outcome,
                    From = i % 3 == 0 ? all[30].CreatedAt : null,
                    Sequence = i % 5 == 0 ? 10 + i : null,
                };
            }
        }
    }

    private static async Task<List<RecordedEntry>> PageThroughAsync(TestStorage storage, TrailFilter filter, int limit)
    {
        var found = new List<RecordedEntry>();
        long? below = long.MaxValue;
        while (below is { } next)
        {
            var page = await storage.ReadAsync(session => TrailReader.PageAsync(session, TestStorage.Workspace, filter, next, limit));
            Assert.InRange(page.Entries.Count, 0, limit);
            found.AddRange(page.Entries);
            below = page.NextBelow;
        }

        return found;
    }
}
