using Microsoft.Extensions.Logging.Abstractions;
using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Storage;
using Secronna.Server.Access;
using Secronna.Server.Features.Audit;
using Secronna.Server.Features.Epochs;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Trail.Tree;

/// <summary>A trail that may have lost entries goes on under another name, and says what was known of it (S33).</summary>
[DependsOnTransactions]
public sealed class EpochTests
{
    private static readonly Caller Reader = Caller.Operator(TestStorage.Workspace) with { Role = Role.Admin };

    [Fact]
    public async Task A_new_epoch_begins_with_an_entry_that_names_the_last_known_checkpoint_and_the_tree_that_it_goes_on_from()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(300);
        await log.FollowAsync();
        var seen = await log.VerifyAsync();
        await log.AppendAsync(7);

        var start = await BeginAsync(log);
        Assert.Equal((Minute(log), 307L, 0L, seen.Root), (start.Epoch, start.Size, start.Lost, start.Before!.Root));
        var entry = (await EntriesAsync(log))[^1];
        Assert.Equal((308L, "trail.epoch", "operator", "lost disk"), (entry.Sequence, entry.Action, entry.ActorType, entry.Reason));
        Assert.Equal((1L, 300L, seen.Root.ToString()), (entry.Metadata.Before!.Epoch, entry.Metadata.Before.Size, entry.Metadata.Before.Root));
        Assert.Equal((start.Epoch, 307L, start.Root.ToString()), (entry.Metadata.After!.Epoch, entry.Metadata.After.Size, entry.Metadata.After.Root));
        Assert.Equal(start.Epoch, entry.Metadata.Epoch);

        await log.FollowAsync();
        var next = await log.VerifyAsync(seen, epoch: start.Epoch);
        Assert.Equal((308L, start.Epoch), (next.Size, next.Origin.Epoch));
        await log.AppendAsync(1);
        await log.FollowAsync();
        await log.VerifyAsync(next, epoch: start.Epoch);
    }

    [Fact]
    public async Task The_numbers_of_epochs_rise_and_are_at_least_the_minute()
    {
        await using var log = await TestLog.CreateAsync();
        var first = (await BeginAsync(log)).Epoch;
        Assert.Equal(Minute(log), first);
        Assert.Equal(first + 1, (await BeginAsync(log)).Epoch);
        Assert.Equal(first + 2, (await BeginAsync(log)).Epoch);
        await log.Storage.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(first + 10, (await BeginAsync(log)).Epoch);
        await log.Storage.SetClockAsync(log.Storage.Clock.GetUtcNow() - TimeSpan.FromDays(30));
        Assert.Equal(first + 11, (await BeginAsync(log)).Epoch);
        Assert.Equal(first + 90, (await BeginAsync(log, await CheckpointAsync(log, TestStorage.Workspace, first + 89, 3))).Epoch);
    }

    [Fact]
    public async Task A_checkpoint_that_is_known_from_elsewhere_says_which_entries_are_lost()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(10);
        await log.FollowAsync();
        var known = await CheckpointAsync(log, TestStorage.Workspace, 1, 25);
        var start = await BeginAsync(log, known, await CheckpointAsync(log, TestStorage.Workspace, 1, 20));
        Assert.Equal((15L, 25L), (start.Lost, start.Before!.Size));
        Assert.Equal((25L, known.Root.ToString()), ((await EntriesAsync(log))[^1].Metadata.Before!.Size, (await EntriesAsync(log))[^1].Metadata.Before!.Root));
    }

    [Fact]
    public async Task Every_trail_begins_its_epoch_and_so_does_one_of_which_only_a_checkpoint_is_known()
    {
        await using var log = await TestLog.CreateAsync();
        await log.Storage.AllowAsync("acc_b");
        var lost = await CheckpointAsync(log, "acc_lost", 1, 9);
        var starts = await EpochService.BeginAsync(log.Storage.Database, [lost], "test", log.Storage.Clock);
        Assert.Equal(["", "acc_a", "acc_b", "acc_lost"], starts.Select(start => start.WorkspaceId));
        Assert.Equal([false, false, false, true], starts.Select(start => start.IsUnknown));
        Assert.All(starts, start => Assert.Equal(start.Epoch, EpochAsync(log, start.WorkspaceId).Result));

        // The workspace comes back only where an operator allows it again, and then in the new epoch.
        Assert.False(await log.Storage.ReadAsync(session => WorkspaceTable.IsAllowedAsync(session, "acc_lost")));
        await log.Storage.AllowAsync("acc_lost");
        await log.Storage.AppendAsync(log.Storage.Entry("acc_lost"));
        await log.FollowAsync(workspaceId: "acc_lost");
        Assert.Equal(2, (await log.VerifyAsync(workspaceId: "acc_lost", epoch: starts[^1].Epoch)).Size);
    }

    [Fact]
    public async Task An_epoch_begins_only_where_the_trail_is_as_it_was_looked_at()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(10);
        foreach (var (epoch, last, begins) in new[] { (5L, 9L, false), (5L, 11L, false), (5L, 10L, true), (5L, 10L, false), (4L, 10L, false), (6L, 10L, true) })
        {
            Assert.Equal(begins, await log.Storage.WriteAsync(
                transaction => TrailEpochTable.BeginAsync(transaction, TestStorage.Workspace, epoch, last)));
        }

        Assert.Equal([new(5, 11), new(6, 11)], await log.Storage.ReadAsync(session => TrailEpochTable.ListAsync(session, TestStorage.Workspace)));
    }

    [Fact]
    public async Task An_epoch_begins_with_its_entry_although_another_process_writes_to_the_trail()
    {
        await using var log = await TestLog.CreateAsync();
        await using var other = await log.Storage.OpenAsync();
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await other.AppendAsync(log.Storage.Entry());
            }
        });
        for (var i = 0; i < 5; i++)
        {
            try
            {
                await BeginAsync(log);
            }
            catch (StorageUnavailableException exception)
            {
                // The other process was faster each time.
                Assert.Contains("stop all servers first", exception.Message, StringComparison.Ordinal);
            }
        }

        await stop.CancelAsync();
        await writer;
        await BeginAsync(log);
        var entries = await EntriesAsync(log);
        var epochs = await log.Storage.ReadAsync(session => TrailEpochTable.ListAsync(session, TestStorage.Workspace));
        Assert.All(epochs, epoch => Assert.Equal(("trail.epoch", epoch.Number), (entries[(int)epoch.FirstSequence - 1].Action, entries[(int)epoch.FirstSequence - 1].Metadata.After!.Epoch)));
    }

    [Fact]
    public async Task Nothing_of_the_tree_is_given_between_the_beginning_of_an_epoch_and_its_first_checkpoint()
    {
        await using var log = await TestLog.CreateAsync();
        var proofs = new AuditProofService(log.Storage.Database, log.Keys, NullLogger<AuditProofService>.Instance);
        await log.AppendAsync(10);
        await log.FollowAsync();
        await BeginAsync(log);
        foreach (var ask in new Func<Task>[]
        {
            () => proofs.CheckpointAsync(Reader), () => proofs.ProofAsync(Reader, "1", null), () => proofs.ProofAsync(Reader, "1", 10),
        })
        {
            var refused = await Assert.ThrowsAsync<RequestException>(ask);
            Assert.Equal(("NOT_FOUND", true), (refused.Code, refused.RetryAfter > TimeSpan.Zero));
        }

        await log.FollowAsync();
        await proofs.ProofAsync(Reader, "1", 10);
    }

    [Fact]
    public async Task Entries_say_which_epoch_they_are_of_in_the_list_and_in_the_export()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(2);
        var one = (await BeginAsync(log)).Epoch;
        await log.AppendAsync(1);
        var two = (await BeginAsync(log)).Epoch;
        await log.AppendAsync(1);
        long?[] expected = [null, null, one, one, two, two];
        Assert.Equal(expected, (await EntriesAsync(log)).Select(entry => entry.Metadata.Epoch));
        var page = await new AuditService(log.Storage.Database, NullLogger<AuditService>.Instance).ListAsync(
            Reader, new TrailFilter(), new PageRequest(null, 10));
        Assert.Equal(expected.Reverse(), page.Items.Select(entry => entry.Metadata.Epoch));
    }

    private static async Task<EpochStart> BeginAsync(TestLog log, params Checkpoint[] known) =>
        (await EpochService.BeginAsync(log.Storage.Database, known, "lost disk", log.Storage.Clock))
        .Single(start => start.WorkspaceId == TestStorage.Workspace);

    private static async Task<Checkpoint> CheckpointAsync(TestLog log, string workspaceId, long epoch, long size) => new(
        (await log.Keys.IdentityAsync()).OriginOf(workspaceId, epoch), size, TreeHash.FromBytes(new byte[TreeHash.Size]));

    private static async Task<long> EpochAsync(TestLog log, string workspaceId) =>
        (await log.Storage.ReadAsync(session => TrailEpochTable.FindCurrentAsync(session, workspaceId))).Number;

    private static async Task<List<Protocol.AuditResponse>> EntriesAsync(TestLog log) =>
        await AuditExport.ReadAsync(log.Storage.Database, TestStorage.Workspace, null, null).ToListAsync();

    private static long Minute(TestLog log) => log.Storage.Clock.GetUtcNow().ToUnixTimeSeconds() / 60;
}
