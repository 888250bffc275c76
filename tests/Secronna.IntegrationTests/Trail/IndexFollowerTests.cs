using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Storage;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Index;
using Secronna.Server.Trail.Reading;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Trail;

/// <summary>The follower that indexes trails, when all goes well and when it does not.</summary>
[DependsOnTransactions]
public sealed class IndexFollowerTests
{
    private const int Secrets = 7;

    [Fact]
    public async Task Runs_are_merged_eight_at_a_time_and_every_entry_is_found_once()
    {
        await using var storage = await TestStorage.CreateAsync();
        for (var run = 0; run < 65; run++)
        {
            await AppendAsync(storage, 10);
            await storage.Database.IndexAsync(TestStorage.Workspace);
        }

        var runs = await storage.ReadAsync(session => TrailIndexTable.ListLiveAsync(session, TestStorage.Workspace));
        Assert.Equal([(641, 650, 0), (1, 640, 2)], runs.Select(run => (run.FirstSequence, run.LastSequence, run.Level)));
        Assert.Empty(await storage.ReadAsync(session => TrailIndexTable.ListUselessAsync(session, TestStorage.Workspace)));
        await AllAreFoundAsync(storage);
    }

    [Theory]
    [InlineData("INSERT", "trail_index_pages")]
    [InlineData("INSERT", "trail_index_runs")]
    [InlineData("UPDATE", "trail_index_runs")]
    [InlineData("DELETE", "trail_index_pages")]
    [InlineData("DELETE", "trail_index_runs")]
    [InlineData("UPDATE", "trail_followers")]
    public async Task A_follower_that_fails_at_any_step_goes_on_where_it_was(string change, string table)
    {
        await using var storage = await TestStorage.CreateAsync();
        for (var run = 0; run < 9; run++)
        {
            await AppendAsync(storage, 10);
            storage.Break(change, table);
            await Record.ExceptionAsync(() => storage.Database.IndexAsync(TestStorage.Workspace));
            storage.Mend(table);
            await AllAreFoundAsync(storage);
            await storage.Database.IndexAsync(TestStorage.Workspace);
        }

        await AllAreFoundAsync(storage);
        Assert.Empty(await storage.ReadAsync(session => TrailIndexTable.ListUselessAsync(session, TestStorage.Workspace)));
        Assert.Equal(90, await PlaceAsync(storage));
    }

    [Fact]
    public async Task Only_one_node_follows_a_trail_and_another_takes_over_when_it_stands_still()
    {
        await using var storage = await TestStorage.CreateAsync();
        await AppendAsync(storage, 20);
        var first = (await TakeAsync(storage, "node_1"))!;
        Assert.Null(await TakeAsync(storage, "node_2"));

        await storage.AdvanceAsync(TimeSpan.FromMinutes(1));
        await storage.Database.IndexAsync(TestStorage.Workspace, "node_2");

        await Assert.ThrowsAsync<FollowerLostException>(() => new IndexFollower().FollowAsync(first, CancellationToken.None));
        await AppendAsync(storage, 20);
        await Assert.ThrowsAsync<FollowerLostException>(() => new IndexFollower().FollowAsync(first, CancellationToken.None));
        await storage.Database.IndexAsync(TestStorage.Workspace, "node_2");
        await AllAreFoundAsync(storage);
    }

    [Fact]
    public async Task A_result_is_kept_only_at_the_place_that_it_was_made_from()
    {
        await using var storage = await TestStorage.CreateAsync();
        await AppendAsync(storage, 20);
        var stale = (await TakeAsync(storage, "node_1"))!;
        await (await TakeAsync(storage, "node_1"))!.AdvanceAsync(20, _ => ValueTask.CompletedTask, weight: 1);

        await Assert.ThrowsAsync<FollowerLostException>(() => stale.AdvanceAsync(10, _ => ValueTask.CompletedTask, weight: 1));
        await Assert.ThrowsAsync<FollowerLostException>(() => stale.StoreAsync(_ => ValueTask.FromResult(true), weight: 1));
        Assert.Equal(20, await PlaceAsync(storage));
    }

    [Fact]
    public async Task A_result_is_kept_only_by_the_node_that_has_the_follower()
    {
        await using var storage = await TestStorage.CreateAsync();
        await AppendAsync(storage, 20);
        var late = (await TakeAsync(storage, "node_1"))!;
        await storage.AdvanceAsync(TimeSpan.FromMinutes(1));
        var next = (await TakeAsync(storage, "node_2"))!;

        await Assert.ThrowsAsync<FollowerLostException>(() => late.AdvanceAsync(20, _ => ValueTask.CompletedTask, weight: 1));
        Assert.Equal(0, await PlaceAsync(storage));
        await next.AdvanceAsync(20, _ => ValueTask.CompletedTask, weight: 1);
        Assert.Equal(20, await PlaceAsync(storage));
    }

    // 9,000 postings of one actor need several pages of a run, so a look-up goes on from page to page.
    [Fact]
    public async Task The_postings_of_a_frequent_term_go_on_in_further_pages_of_a_run()
    {
        await using var storage = await TestStorage.CreateAsync();
        for (var i = 0; i < 9; i++)
        {
            await AppendAsync(storage, 1_000);
        }

        await storage.Database.IndexAsync(TestStorage.Workspace);
        var found = new List<long>();
        for (long? below = long.MaxValue; below is { } next;)
        {
            var page = await storage.Database.ReadSnapshotAsync(next, (session, next) => TrailReader.PageAsync(
                session, TestStorage.Workspace, new TrailFilter { ActorId = "key_1" }, next, 1_000));
            found.AddRange(page.Entries.Select(entry => entry.Sequence));
            below = page.NextBelow;
        }

        Assert.Equal(Enumerable.Range(1, 9_000).Select(i => (long)i).Reverse(), found);
    }

    [Fact]
    public async Task The_intersection_of_terms_gives_the_entries_that_have_all_of_them()
    {
        await using var storage = await TestStorage.CreateAsync();
        await AppendAsync(storage, 500);
        await storage.Database.IndexAsync(TestStorage.Workspace);
        var expected = Enumerable.Range(0, 500).Where(i => i % Secrets == 3 && i % 5 == 0).Select(i => i + 1L).Reverse();

        Assert.Equal(expected, await storage.Database.ReadSnapshotAsync(0, static async (session, _) =>
        {
            var runs = await TrailIndexTable.ListLiveAsync(session, TestStorage.Workspace);
            var terms = IndexTerm.Of(new TrailFilter { SecretId = "sec_3", ActorId = "key_1", Outcome = "denied" });
            Assert.Equal(3, terms.Count);
            var postings = new PostingIntersection([.. terms.Select(term => new PostingStream(session, TestStorage.Workspace, runs, term))]);
            var found = new List<long>();
            while (await postings.FindBelowAsync(found.LastOrDefault(long.MaxValue), maxPages: 1_000) is { HasAllTerms: true } entry)
            {
                found.Add(entry.Sequence);
            }

            return found;
        }));
    }

    [Fact]
    public async Task A_node_that_has_followed_a_trail_to_its_end_keeps_it_from_no_other()
    {
        await using var storage = await TestStorage.CreateAsync();
        await AppendAsync(storage, 20);
        await storage.Database.IndexAsync(TestStorage.Workspace, "node_1");
        await AppendAsync(storage, 20);
        await storage.Database.IndexAsync(TestStorage.Workspace, "node_2");

        Assert.Equal(40, await PlaceAsync(storage));
        await AllAreFoundAsync(storage);
    }

    [Fact]
    public async Task Nodes_that_take_turns_at_any_moment_index_each_entry_once()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var other = await storage.OpenAsync();
        for (var round = 0; round < 12; round++)
        {
            await AppendAsync(storage, 15);
            await storage.AdvanceAsync(TimeSpan.FromMinutes(1));
            await Task.WhenAll(
                Record.ExceptionAsync(() => storage.Database.IndexAsync(TestStorage.Workspace, "node_1")).AsTask(),
                Record.ExceptionAsync(() => other.IndexAsync(TestStorage.Workspace, "node_2")).AsTask());
            await AllAreFoundAsync(storage);
        }
    }

    [Theory]
    [InlineData(5_000, 0, true)]
    [InlineData(600, 0, false)]
    [InlineData(600, 10, true)]
    [InlineData(100, 10, false)]
    public void A_trail_is_indexed_when_much_is_new_or_some_has_waited(int unfollowed, int quietSeconds, bool isDue) =>
        Assert.Equal(isDue, new IndexFollower().IsDue(
            new FollowedTrail("acc_a", 10_000 + unfollowed, 10_000), TimeSpan.FromSeconds(quietSeconds)));

    private static Task<FollowerLease?> TakeAsync(TestStorage storage, string node) =>
        FollowerLease.TakeAsync(storage.Database, TestStorage.Workspace, IndexFollower.FollowerName, node);

    private static ValueTask<long> PlaceAsync(TestStorage storage) => storage.ReadAsync(session =>
        TrailFollowerTable.FindPlaceAsync(session, TestStorage.Workspace, IndexFollower.FollowerName));

    private static Task AppendAsync(TestStorage storage, int count) => storage.AppendAsync([.. Enumerable.Range(0, count).Select(i =>
        storage.Entry() with { SecretId = $"sec_{i % Secrets}", Outcome = i % 5 == 0 ? "denied" : "success" })]);

    private static async Task AllAreFoundAsync(TestStorage storage)
    {
        var all = await storage.TrailAsync();
        for (var secret = 0; secret < Secrets; secret++)
        {
            await AreFoundAsync(storage, all, new TrailFilter { SecretId = $"sec_{secret}" }, entry => entry.SecretId == $"sec_{secret}");
        }

        await AreFoundAsync(storage, all, new TrailFilter { Outcome = "denied", ActorId = "key_1" }, entry => entry.Outcome == "denied");
    }

    private static async Task AreFoundAsync(
        TestStorage storage, List<RecordedEntry> all, TrailFilter filter, Func<TrailEntry, bool> isMeant)
    {
        var page = await storage.Database.ReadSnapshotAsync(filter, (session, filter) =>
            TrailReader.PageAsync(session, TestStorage.Workspace, filter, long.MaxValue, 1_000));
        Assert.Equal(
            all.Where(entry => isMeant(entry.Entry)).Select(entry => entry.Sequence).Reverse(), page.Entries.Select(entry => entry.Sequence));
    }
}
