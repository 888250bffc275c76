using CsCheck;
using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Storage;
using Secronna.Protocol;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Reads;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Trail.Reads;

/// <summary>The follower that counts reads, when all goes well and when it does not.</summary>
[DependsOnTransactions]
public sealed class ReadsFollowerTests
{
    private const int Actors = 4;
    private const int Versions = 3;

    // An entry, in short: what it is of the kinds below, and its secret, actor and version; and how many hours pass before it.
    private static readonly Gen<(int Kind, int Secret, int Actor, int Version, int Hours)> Entry = Gen.Select(
        Gen.Int[0, 9], Gen.Int[0, 4], Gen.Int[0, Actors - 1], Gen.Int[1, Versions],
        Gen.Int[-120, 30].Select(hours => Math.Max(0, hours)));

    [Fact]
    public async Task What_is_stored_of_reads_is_what_a_plain_model_computes_of_the_entries()
    {
        await Gen.Select(Entry.Array[1, 60], Gen.Int[1, 20]).SampleAsync(async (entries, slice) =>
        {
            await using var storage = await TestStorage.CreateAsync();
            var secrets = await AddSecretsAsync(storage, 5);
            foreach (var part in entries.Chunk(slice))
            {
                foreach (var entry in part)
                {
                    await storage.AdvanceAsync(TimeSpan.FromHours(entry.Hours));
                    await storage.AppendAsync(EntryOf(storage, secrets, entry));
                }

                await FollowAsync(storage.Database);
                await IsExactAsync(storage, secrets);
            }
        }, iter: 12, threads: 1);
    }

    [Fact]
    public async Task A_large_slice_is_stored_in_parts_and_each_part_once_whenever_the_follower_stops()
    {
        await using var storage = await TestStorage.CreateAsync();
        var secrets = await AddSecretsAsync(storage, 40);
        var dice = new Dice(7);
        for (var round = 0; round < 6; round++)
        {
            // About 700 tallies, which are three parts.
            await storage.AppendAsync([.. Enumerable.Range(0, 1_500).Select(_ => EntryOf(
                storage, secrets, (dice.Next(3), dice.Next(secrets.Count), dice.Next(30), 1 + dice.Next(3), 0)))]);
            foreach (var (change, table) in new[]
            {
                ("INSERT", "read_slices"), ("INSERT", "secret_readers"), ("UPDATE", "read_slices"), ("UPDATE", "secret_reads"),
                ("DELETE", "read_slices"), ("UPDATE", "trail_followers"), ("INSERT", "secret_read_versions"),
            })
            {
                storage.Break(change, table);
                await Record.ExceptionAsync(() => FollowAsync(storage.Database));
                storage.Mend(table);
            }

            // Another node goes on. Entries that were appended meanwhile don't become a part of the slice.
            await storage.AppendAsync(Reveal(storage, secrets[0], "key_1"));
            await storage.AdvanceAsync(TimeSpan.FromMinutes(1));
            await FollowAsync(storage.Database, "node_2");
            await FollowAsync(storage.Database);
            await IsExactAsync(storage, secrets);
        }

        Assert.Null(await storage.ReadAsync(session => ReadSliceTable.FindAsync(session, TestStorage.Workspace)));
    }

    [Fact]
    public async Task A_node_that_lost_the_follower_stores_nothing_and_the_next_one_goes_on_after_the_last_part_that_was_stored()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var other = await storage.OpenAsync();
        var secrets = await AddSecretsAsync(storage, 300);
        await storage.AppendAsync([.. secrets.SelectMany(id => Enumerable.Range(0, 2).Select(_ => Reveal(storage, id, "key_1")))]);
        var late = (await TakeAsync(storage.Database, "late"))!;
        await storage.AdvanceAsync(TimeSpan.FromMinutes(1));
        await StopBeforeLastPartAsync(storage, "other");
        Assert.Equal(new ReadSliceRow(600, 250), await storage.ReadAsync(session => ReadSliceTable.FindAsync(session, TestStorage.Workspace)));

        await Assert.ThrowsAsync<FollowerLostException>(() => new ReadsFollower(storage.Clock).FollowAsync(late, CancellationToken.None));
        await storage.AdvanceAsync(TimeSpan.FromMinutes(1));
        await FollowAsync(other, "third");
        await IsExactAsync(storage, secrets);

        await Assert.ThrowsAsync<FollowerLostException>(() => new ReadsFollower(storage.Clock).FollowAsync(late, CancellationToken.None));
        await IsExactAsync(storage, secrets);
    }

    [Fact]
    public async Task A_part_of_a_slice_is_stored_only_if_the_parts_before_it_are_and_no_other_node_has_stored_it()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (begin, middle) = (new ReadSliceRow(600, 0), new ReadSliceRow(600, 250));
        Assert.False(await AdvanceAsync(middle, 500));
        Assert.True(await AdvanceAsync(begin, 250));
        Assert.False(await AdvanceAsync(begin, 250));
        Assert.False(await AdvanceAsync(middle with { LastSequence = 700 }, 500));
        Assert.False(await EndAsync(begin));
        Assert.False(await EndAsync(middle with { LastSequence = 700 }));
        Assert.True(await AdvanceAsync(middle, 500));
        Assert.False(await EndAsync(middle));
        Assert.True(await EndAsync(middle with { Stored = 500 }));
        Assert.True(await EndAsync(begin));

        Task<bool> AdvanceAsync(ReadSliceRow slice, int stored) =>
            storage.WriteAsync(transaction => ReadSliceTable.AdvanceAsync(transaction, TestStorage.Workspace, slice, stored));

        Task<bool> EndAsync(ReadSliceRow slice) =>
            storage.WriteAsync(transaction => ReadSliceTable.EndAsync(transaction, TestStorage.Workspace, slice));
    }

    [Fact]
    public async Task Nodes_that_take_turns_at_any_moment_count_each_entry_once()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var other = await storage.OpenAsync();
        var secrets = await AddSecretsAsync(storage, 260);
        for (var round = 0; round < 8; round++)
        {
            await storage.AppendAsync([.. secrets.Select(id => Reveal(storage, id, $"key_{round % 3}"))]);
            await storage.AdvanceAsync(TimeSpan.FromMinutes(1));
            await Task.WhenAll(
                Record.ExceptionAsync(() => FollowAsync(storage.Database, "node_1")).AsTask(),
                Record.ExceptionAsync(() => FollowAsync(other, "node_2")).AsTask());
        }

        await storage.AdvanceAsync(TimeSpan.FromMinutes(1));
        await FollowAsync(storage.Database);
        await IsExactAsync(storage, secrets);
    }

    [Fact]
    public async Task Counts_of_days_are_kept_for_90_days_and_readers_for_ever()
    {
        await using var storage = await TestStorage.CreateAsync();
        var secret = (await AddSecretsAsync(storage, 1))[0];
        for (var day = 0; day < 95; day++)
        {
            await storage.AppendAsync(Reveal(storage, secret, "key_1"));
            await FollowAsync(storage.Database);
            await storage.AdvanceAsync(TimeSpan.FromDays(1));
        }

        await storage.AppendAsync(Reveal(storage, secret, "key_2"));
        await FollowAsync(storage.Database);

        var lines = await ReadModel.ReadAsync(storage, [secret]);
        var all = ReadModel.Of(await storage.TrailAsync());
        var today = storage.Now / 86_400_000_000;
        Assert.Equal(all.Where(line => !IsOld(line)), lines);
        Assert.Equal(90, lines.Count(line => line.StartsWith($"day {secret}", StringComparison.Ordinal)));
        Assert.Equal(90, lines.Count(line => line.StartsWith("version", StringComparison.Ordinal)));

        bool IsOld(string line) => line.Split(' ') is ["day" or "version", _, var day, ..] && long.Parse(day, null) < today - 89;
    }

    [Fact]
    public async Task A_secret_that_is_purged_takes_its_reads_with_it_also_those_that_are_followed_later()
    {
        await using var storage = await TestStorage.CreateAsync();
        var gone = await storage.AddEnvironmentAsync("gone");
        var secret = (await storage.WriteVersionAsync(gone, "KEY")).SecretId;
        var kept = (await AddSecretsAsync(storage, 1))[0];
        await storage.AppendAsync([.. Enumerable.Range(0, 1_100).SelectMany(i => new[]
        {
            Reveal(storage, secret, $"key_{i}"), Reveal(storage, kept, "key_1"),
        })]);
        await FollowAsync(storage.Database);
        await IsExactAsync(storage, [secret, kept]);
        await storage.AppendAsync(Reveal(storage, secret, "key_1"));

        await storage.WriteAsync(transaction => EnvironmentTable.MarkDeletedAsync(transaction, TestStorage.Workspace, gone.Id, storage.Now));
        await storage.PurgeAllAsync();
        await FollowAsync(storage.Database);

        var lines = await ReadModel.ReadAsync(storage, [secret, kept]);
        Assert.DoesNotContain(lines, line => line.Contains(secret, StringComparison.Ordinal));
        // The workspace's days still count them.
        Assert.Equal(ReadModel.Of(await storage.TrailAsync()).Where(line => !line.Contains(secret, StringComparison.Ordinal)), lines);
    }

    [Fact]
    public async Task Another_workspace_s_reads_stay_apart()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AllowAsync("acc_b");
        var secret = (await AddSecretsAsync(storage, 1))[0];
        await storage.AppendAsync(Reveal(storage, secret, "key_1"), Reveal(storage, secret, "key_1") with { WorkspaceId = "acc_b" });
        await FollowAsync(storage.Database);
        await FollowAsync(storage.Database, workspaceId: "acc_b");

        await IsExactAsync(storage, [secret]);
        Assert.Empty(await storage.ReadAsync(session => SecretReadTable.FindAsync(session, "acc_b", [secret])));
        Assert.Equal(1, Assert.Single(await storage.ReadAsync(session => SecretReadDayTable.ListAsync(session, "acc_b", "", 0))).Count);
    }

    [Theory]
    [InlineData(0, 0, false, false)]
    [InlineData(1, 0, false, true)]
    [InlineData(256, 0, true, true)]
    [InlineData(257, 0, true, false)]
    [InlineData(257, 1, true, true)]
    [InlineData(257, 0, false, true)]
    public async Task Few_entries_are_followed_at_once_and_many_when_it_is_quiet_or_time_has_passed(
        int unfollowed, int quietSeconds, bool hasJustFollowed, bool isDue)
    {
        await using var storage = await TestStorage.CreateAsync();
        var follower = new ReadsFollower(storage.Clock);
        if (hasJustFollowed)
        {
            await follower.RunAsync((await TakeAsync(storage.Database, "node_1"))!, CancellationToken.None);
            storage.Clock.Advance(TimeSpan.FromSeconds(29));
        }

        var trail = new FollowedTrail(TestStorage.Workspace, 1_000 + unfollowed, 1_000);
        Assert.Equal(isDue, follower.IsDue(trail, TimeSpan.FromSeconds(quietSeconds)));
        storage.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(unfollowed > 0, follower.IsDue(trail, TimeSpan.FromSeconds(quietSeconds)));
    }

    private static async Task<List<string>> AddSecretsAsync(TestStorage storage, int count)
    {
        var environment = await storage.AddEnvironmentAsync("web");
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.Add((await storage.WriteVersionAsync(environment, $"KEY_{i}")).SecretId);
        }

        return ids;
    }

    private static TrailEntry Reveal(TestStorage storage, string secretId, string actorId, int version = 1) =>
        storage.Entry() with { SecretId = secretId, ActorId = actorId, Version = version };

    private static TrailEntry EntryOf(
        TestStorage storage, List<string> secrets, (int Kind, int Secret, int Actor, int Version, int Hours) entry)
    {
        var reveal = Reveal(storage, secrets[entry.Secret], $"key_{entry.Actor}", entry.Version);
        return entry.Kind switch
        {
            0 => reveal with { Action = "secret.compare" },
            1 => reveal with { ActorType = ActorTypes.User, ActorId = $"someone else {entry.Actor}" },
            3 => reveal with { Outcome = AuditOutcomes.Denied, Count = 7 },
            4 => reveal with { Outcome = AuditOutcomes.Failed },
            5 => reveal with { Action = "secret.write" },
            6 => reveal with { SecretId = null, Version = null, Action = "environment.compare" },
            7 => reveal with { ActorType = "workload", ActorId = "trust_1", Subject = $"repo:{entry.Actor}" },
            8 => reveal with { SecretId = null, Version = null, Outcome = AuditOutcomes.Denied },
            _ => reveal,
        };
    }

    private static Task<FollowerLease?> TakeAsync(Database database, string node, string workspaceId = TestStorage.Workspace) =>
        FollowerLease.TakeAsync(database, workspaceId, ReadsFollower.FollowerName, node);

    private static async Task FollowAsync(Database database, string node = "node_1", string workspaceId = TestStorage.Workspace)
    {
        var lease = await TakeAsync(database, node, workspaceId) ?? throw new InvalidOperationException("another node has the follower");
        await new ReadsFollower(TimeProvider.System).RunAsync(lease, CancellationToken.None);
    }

    // A slice is stored in parts. The first one inserts the slice's row, and the last one deletes it.
    private static async Task StopBeforeLastPartAsync(TestStorage storage, string node)
    {
        storage.Break("DELETE", "read_slices");
        Assert.NotNull(await Record.ExceptionAsync(() => FollowAsync(storage.Database, node)));
        storage.Mend("read_slices");
    }

    private static async Task IsExactAsync(TestStorage storage, List<string> secrets) =>
        Assert.Equal(ReadModel.Of(await storage.TrailAsync()), await ReadModel.ReadAsync(storage, secrets));
}
