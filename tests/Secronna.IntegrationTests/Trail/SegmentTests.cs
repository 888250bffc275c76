using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Storage;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Trail;

/// <summary>How entries become segments.</summary>
public sealed class SegmentTests
{
    [Fact]
    public async Task The_entries_of_one_commit_are_one_segment_and_have_one_time()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AppendAsync([.. Enumerable.Range(0, 40).Select(_ => storage.Entry())]);
        await storage.AdvanceAsync(TimeSpan.FromSeconds(1));
        await storage.AppendAsync(storage.Entry());

        var segments = await SegmentsAsync(storage);

        Assert.Equal([(1, 40, storage.Now - 1_000_000), (41, 1, storage.Now)], segments.Select(segment => (segment.FirstSequence, segment.Count, segment.At)));
    }

    [Fact]
    public async Task Entries_that_need_more_than_64_KiB_go_on_in_the_next_segment()
    {
        await using var storage = await TestStorage.CreateAsync();
        var large = storage.Entry() with { Details = $"\"{new string('x', 7_900)}\"" };
        await storage.AppendAsync([.. Enumerable.Repeat(large, 20)]);

        var segments = await SegmentsAsync(storage);

        Assert.Equal([(1L, 8), (9L, 8), (17L, 4)], segments.Select(segment => (segment.FirstSequence, segment.Count)));
        Assert.All(segments, segment => Assert.InRange(segment.Entries.Length, 1, 64 * 1_024));
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), (await storage.TrailAsync()).Select(entry => entry.Sequence));
    }

    [Theory]
    [InlineData("")]
    [InlineData("acc_0001")]
    [InlineData("acc_9999")]
    public async Task The_instant_of_the_newest_entry_is_found_among_all_trails(string workspace)
    {
        await using var storage = await TestStorage.CreateAsync();
        Assert.Equal(0, await storage.ReadAsync(TrailSegmentTable.FindNewestInstantAsync));
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => storage.AllowAsync($"acc_{i:D4}")).Append(storage.AllowAsync("acc_9999")));
        await storage.AppendAsync(storage.Entry(), storage.Entry() with { WorkspaceId = "" });
        await storage.AdvanceAsync(TimeSpan.FromSeconds(1));

        await storage.AppendAsync(storage.Entry() with { WorkspaceId = workspace });

        Assert.Equal(storage.Now, await storage.ReadAsync(TrailSegmentTable.FindNewestInstantAsync));
    }

    [Fact]
    public async Task An_entry_that_is_too_long_is_refused_and_the_others_of_its_batch_are_kept()
    {
        await using var storage = await TestStorage.CreateAsync();

        Assert.Throws<TrailEntryTooLongException>(() =>
        {
            _ = storage.AppendAsync(storage.Entry() with { Details = new string('x', 9_000) });
        });
        await storage.AppendAsync(storage.Entry());

        Assert.Equal(1, Assert.Single(await storage.TrailAsync()).Sequence);
    }

    [Fact]
    public async Task A_segment_is_not_older_than_the_changes_in_it_and_no_later_segment_is_older_than_it()
    {
        await using var storage = await TestStorage.CreateAsync();
        var ahead = storage.Now + 5;
        await storage.WriteAsync(transaction =>
        {
            transaction.Audit.Append(storage.Entry(), ahead);
            transaction.Audit.Append(storage.Entry(), ahead - 3);
            return ValueTask.CompletedTask;
        });
        await storage.AppendAsync(storage.Entry());

        Assert.Equal([ahead, ahead, ahead], (await storage.TrailAsync()).Select(entry => entry.CreatedAt));
    }

    [Fact]
    public async Task Processes_that_append_in_turns_number_a_trail_without_gaps()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var other = await storage.OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            await (i % 3 == 0 ? other : storage.Database).AppendAsync(storage.Entry(), storage.Entry());
        }

        await storage.ReopenAsync();
        await storage.AppendAsync(storage.Entry());

        Assert.Equal(Enumerable.Range(1, 21).Select(i => (long)i), (await storage.TrailAsync()).Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task After_a_failed_commit_the_numbers_go_on_where_the_trail_ends()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AppendAsync(storage.Entry());
        storage.Break("INSERT", "trail_segments");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.AppendAsync(storage.Entry(), storage.Entry()));
        storage.Mend("trail_segments");
        await storage.AppendAsync(storage.Entry());

        Assert.Equal([1L, 2L], (await storage.TrailAsync()).Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task A_segment_that_was_written_and_then_undone_leaves_no_gap()
    {
        await using var storage = await TestStorage.CreateAsync();
        // The segment of the first workspace is written before the second one turns out not to exist.
        await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.AppendAsync(storage.Entry(), storage.Entry("acc_unknown")));
        await storage.AppendAsync(storage.Entry());

        Assert.Equal(1, Assert.Single(await storage.TrailAsync()).Sequence);
    }

    private static async Task<List<TrailSegmentRow>> SegmentsAsync(TestStorage storage)
    {
        var segments = new List<TrailSegmentRow>();
        await storage.ReadAsync(async session =>
        {
            await TrailSegmentTable.ReadUpAsync(session, TestStorage.Workspace, 1, 1_000, segment =>
            {
                segments.Add(segment);
                return true;
            });
            return true;
        });
        return segments;
    }
}
