using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Storage;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Trail.Tree;

/// <summary>The trees of trails and their checkpoints: each extends the one before, whatever fails and whoever races (S33).</summary>
[DependsOnTransactions]
public sealed class TreeFollowerTests
{
    [Fact]
    public async Task Each_checkpoint_has_the_root_of_all_entries_and_extends_the_one_before()
    {
        await using var log = await TestLog.CreateAsync();
        Crypto.Trail.Checkpoint? seen = null;
        foreach (var more in new[] { 1, 1, 252, 1, 1, 1, 255, 300, 1_000, 20_000 })
        {
            await log.AppendAsync(more);
            await log.FollowAsync();
            seen = await log.VerifyAsync(seen);
        }
    }

    [Fact]
    public async Task A_tree_of_three_levels_is_continued_from_its_tiles()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(65_530);
        await log.FollowAsync();
        var seen = await log.VerifyAsync();
        await log.AppendAsync(10);
        await log.FollowAsync();
        seen = await log.VerifyAsync(seen);
        await log.AppendAsync(300);
        await log.FollowAsync();
        await log.VerifyAsync(seen);
    }

    [Fact]
    public async Task A_long_trail_is_followed_in_slices_with_a_checkpoint_each()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync((2 * TreeFollower.LargestSlice) + 5);
        var lease = await log.TakeAsync("node_1");
        using var stop = new CancellationTokenSource();
        await log.Follower().FollowAsync(lease!, stop.Token);

        Assert.Equal((2 * TreeFollower.LargestSlice) + 5, (await log.VerifyAsync()).Size);
        Assert.Equal([TreeFollower.LargestSlice, (2 * TreeFollower.LargestSlice) + 5], log.Published().Select(row => row.Size));
    }

    [Theory]
    [InlineData("INSERT", "trail_tiles")]
    [InlineData("UPDATE", "trail_tiles")]
    [InlineData("INSERT", "trail_checkpoints")]
    [InlineData("DELETE", "trail_checkpoints")]
    [InlineData("UPDATE", "trail_followers")]
    public async Task A_failure_at_any_step_keeps_nothing_and_the_next_try_extends_what_was_published(string change, string table)
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(300);
        await log.FollowAsync();
        await log.AppendAsync(300);
        await log.FollowAsync();
        var seen = await log.VerifyAsync();
        await log.AppendAsync(300);
        var before = log.Published();

        log.Storage.Break(change, table);
        try
        {
            await log.FollowAsync();
            // An engine need not fire the trigger of a step that it does another way. Then nothing was broken.
            Assert.Equal(("INSERT", "trail_tiles"), (change, table));
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            Assert.Equal(before, log.Published());
            Assert.Equal(seen.Size, await PlaceAsync(log));
        }

        log.Storage.Mend(table);
        await log.FollowAsync();
        await log.AppendAsync(1);
        await log.FollowAsync();
        Assert.Equal(901, (await log.VerifyAsync(seen)).Size);
        Assert.Equal(901, await PlaceAsync(log));
    }

    [Fact]
    public async Task A_node_that_lost_its_lease_publishes_nothing()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(10);
        var late = await log.TakeAsync("late");
        Assert.Null(await log.TakeAsync("other"));
        await log.Storage.AdvanceAsync(TimeSpan.FromSeconds(16));
        await log.FollowAsync("other");
        var seen = await log.VerifyAsync();
        await log.AppendAsync(10);

        await Assert.ThrowsAsync<FollowerLostException>(() => log.Follower().FollowAsync(late!, CancellationToken.None));
        Assert.Equal([10], log.Published().Select(row => row.Size));

        await log.FollowAsync("other");
        Assert.Equal(20, (await log.VerifyAsync(seen)).Size);
    }

    [Fact]
    public async Task A_node_that_loses_its_lease_in_the_middle_publishes_nothing()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(300);
        var late = (await log.TakeAsync("late"))!;
        var tree = await log.Storage.ReadAsync(session => GrowingTree.RestoreAsync(session, TestStorage.Workspace, 0));
        Assert.True(await TreeFollower.AppendAsync(late, tree));
        var signer = await log.Keys.SignerAsync();
        var checkpoint = signer.Sign(TestStorage.Workspace, TrailEpoch.First, tree.Size, tree.Root);
        await log.Storage.AdvanceAsync(TimeSpan.FromSeconds(16));
        await log.AppendAsync(10);
        await log.FollowAsync("other");
        var seen = await log.VerifyAsync();

        await Assert.ThrowsAsync<FollowerLostException>(() => TreeFollower.PublishAsync(late, tree, signer, checkpoint));
        Assert.Equal([310], log.Published().Select(row => row.Size));

        await log.AppendAsync(1);
        await log.FollowAsync("other");
        await log.VerifyAsync(seen);
    }

    [Fact]
    public async Task Nodes_that_race_publish_one_history()
    {
        await using var log = await TestLog.CreateAsync();
        await using var second = await log.Storage.OpenAsync();
        Crypto.Trail.Checkpoint? seen = null;
        for (var round = 0; round < 10; round++)
        {
            await log.AppendAsync(30 + round);
            // Both nodes hold the follower at the same place: the one whose lease ran out, and the one that took it over.
            var first = await log.TakeAsync("first");
            await log.Storage.AdvanceAsync(TimeSpan.FromSeconds(16));
            var other = await FollowerLease.TakeAsync(second, TestStorage.Workspace, TreeFollower.FollowerName, "second");
            using var otherKeys = log.OtherKeys();
            var outcomes = await Task.WhenAll(
                RunAsync(log.Follower(), first!), RunAsync(log.Follower(otherKeys), other!), AppendAsync(log));
            Assert.Contains(true, outcomes);
            await log.Storage.AdvanceAsync(TimeSpan.FromSeconds(16));
            await log.FollowAsync("third");
            await log.Storage.AdvanceAsync(TimeSpan.FromSeconds(16));
            seen = await log.VerifyAsync(seen);
        }
    }

    [Fact]
    public async Task The_trail_of_the_installation_has_a_tree_too()
    {
        await using var log = await TestLog.CreateAsync();
        await log.Storage.AppendAsync(log.Storage.Entry(workspaceId: ""), log.Storage.Entry());
        var trails = await log.Storage.ReadAsync(session => TrailFollowerTable.ListAsync(session, TreeFollower.FollowerName, null, 10));
        Assert.Equal(["", TestStorage.Workspace], trails.Select(trail => trail.WorkspaceId));
        Assert.All(trails, trail => Assert.True(log.Follower().IsDue(trail, TimeSpan.Zero)));
        foreach (var trail in trails)
        {
            await log.FollowAsync(workspaceId: trail.WorkspaceId);
        }

        Assert.Equal(1, (await log.VerifyAsync(workspaceId: "")).Size);
        Assert.Matches("^secronna/ins_[0-9a-z]{26}/-/1$", (await log.LatestAsync(""))!.Origin.ToString());
        Assert.Equal(1, (await log.VerifyAsync()).Size);
    }

    [Fact]
    public async Task The_first_checkpoint_of_each_hour_is_kept_and_the_latest()
    {
        await using var log = await TestLog.CreateAsync();
        for (var i = 0; i < 14; i++)
        {
            // 9:00, 9:10, …, 11:10
            await log.AppendAsync(1);
            await log.FollowAsync();
            await log.Storage.AdvanceAsync(TimeSpan.FromMinutes(10));
        }

        Assert.Equal([1, 7, 13, 14], log.Published().Select(row => row.Size));
    }

    private static async Task<long> PlaceAsync(TestLog log) => await log.Storage.ReadAsync(session =>
        TrailFollowerTable.FindPlaceAsync(session, TestStorage.Workspace, TreeFollower.FollowerName));

    private static async Task<bool> RunAsync(TreeFollower follower, FollowerLease lease)
    {
        try
        {
            await follower.FollowAsync(lease, CancellationToken.None);
            return true;
        }
        catch (FollowerLostException)
        {
            return false;
        }
    }

    private static async Task<bool> AppendAsync(TestLog log)
    {
        await log.AppendAsync(3);
        return true;
    }
}
