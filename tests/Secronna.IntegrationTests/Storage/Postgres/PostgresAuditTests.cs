using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Postgres;

/// <summary>The audit trail while many callers write at once, on several nodes.</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class PostgresAuditTests
{
    private const string Waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

    [Fact]
    public async Task Entries_that_arrive_together_share_a_commit()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AllowAsync("acc_b");
        Task[] records;
        using (storage.HoldAudit())
        {
            records = [.. Enumerable.Range(0, 200).Select(i => storage.AppendAsync(storage.Entry(i % 2 == 0 ? "acc_b" : TestStorage.Workspace)))];
            Assert.DoesNotContain(records, record => record.IsCompleted);
        }

        await Task.WhenAll(records);
        using var direct = storage.ConnectDirectly();
        // The first batch has the entries that arrived before it began, the second has all the others.
        Assert.InRange(direct.One<long>("SELECT count(DISTINCT xmin::text) FROM trail_segments"), 1, 2);
        await HasNoGapAsync(storage, TestStorage.Workspace, 100);
        await HasNoGapAsync(storage, "acc_b", 100);
    }

    [Fact]
    public async Task Entries_of_several_nodes_and_workspaces_have_no_gap_and_their_times_never_fall()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var other = await storage.OpenAsync();
        string[] workspaces = ["acc_b", "acc_c", TrailEntry.Installation, TestStorage.Workspace];
        await storage.AllowAsync("acc_b");
        await storage.AllowAsync("acc_c");
        const int Workers = 12, Each = 20;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var node = worker % 2 == 0 ? storage.Database : other;
            for (var i = 0; i < Each; i++)
            {
                // Each unit has entries for one or two workspaces, in any order. Some units are undone, and some only record.
                TrailEntry[] entries = [storage.Entry(workspaces[(worker + i) % 4]), storage.Entry(workspaces[(worker * 3) % 4])];
                await node.RecordAsync(entries[0], (_, audit, entry) => Appended(() => audit.Append(entry)));
                await node.WriteAsync(entries, (transaction, entries) => Appended(() => Array.ForEach(entries, entry => transaction.Audit.Append(entry))));
                await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => node.WriteAsync<TrailEntry, bool>(entries[1], (transaction, entry) =>
                {
                    transaction.Audit.Append(entry);
                    throw new TimeZoneNotFoundException();
                }));
            }
        })));
        var counts = new List<int>();
        foreach (var workspace in workspaces)
        {
            var trail = await storage.TrailAsync(workspace);
            Assert.Equal(Enumerable.Range(1, trail.Count).Select(i => (long)i), trail.Select(row => row.Sequence));
            Assert.Equal(trail.Select(row => row.CreatedAt).Order(), trail.Select(row => row.CreatedAt));
            counts.Add(trail.Count);
        }

        Assert.Equal(Workers * Each * 3, counts.Sum());
    }

    [Fact]
    public async Task When_a_batch_fails_none_of_its_entries_is_reported_as_recorded()
    {
        await using var storage = await TestStorage.CreateAsync();
        storage.Break("INSERT", "trail_segments");
        var records = Enumerable.Range(0, 50).Select(_ => storage.AppendAsync(storage.Entry())).ToList();

        foreach (var record in records)
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => record);
        }

        storage.Mend("trail_segments");
        Assert.Empty(await storage.TrailAsync());
        await storage.AppendAsync(storage.Entry());
        await HasNoGapAsync(storage, TestStorage.Workspace, 1);
    }

    [Fact]
    public async Task A_refused_entry_does_not_fail_the_other_entries_of_its_batch()
    {
        await using var storage = await TestStorage.CreateAsync();
        Task refused;
        Task[] others;
        using (storage.HoldAudit())
        {
            var first = storage.AppendAsync(storage.Entry());
            using var direct = storage.ConnectDirectly();
            await Until.HoldsAsync("the first batch", () => direct.One<long>(Waiting) > 0);
            // The first batch waits; all of these make the second.
            refused = storage.AppendAsync(storage.Entry("acc_unknown"));
            // Half a character becomes a character of its own, so that it can be stored.
            var half = storage.AppendAsync(storage.Entry() with { UserAgent = "half a character: \uD83D" });
            others = [first, half, .. Enumerable.Range(0, 20).Select(_ => storage.AppendAsync(storage.Entry()))];
        }

        await Task.WhenAll(others);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => refused);
        await HasNoGapAsync(storage, TestStorage.Workspace, others.Length);
    }

    private static ValueTask<bool> Appended(Action append)
    {
        append();
        return new(true);
    }

    private static async Task HasNoGapAsync(TestStorage storage, string workspaceId, int count) => Assert.Equal(
        Enumerable.Range(1, count).Select(i => (long)i), (await storage.TrailAsync(workspaceId)).Select(row => row.Sequence));
}
