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
        Assert.Equal(90, await storage.ReadAsync(session =>
            TrailFollowerTable.FindPlaceAsync(session, TestStorage.Workspace, IndexFollower.FollowerName)));
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
    public async Task A_node_that_has_followed_a_trail_to_its_end_keeps_it_from_no_other()
    {
        await using var storage = await TestStorage.CreateAsync();
        await AppendAsync(storage, 20);
        await storage.Database.IndexAsync(TestStorage.Workspace, "node_1");
        await AppendAsync(storage, 20);
        await storage.Database.IndexAsync(TestStorage.Workspace, "node_2");

        Assert.Equal(40, await storage.ReadAsync(session =>
            TrailFollowerTable.FindPlaceAsync(session, TestStorage.Workspace, IndexFollower.FollowerName)));
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
