using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Storage;
using Secronna.Server.Features.Epochs;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Trail.Tree;

/// <summary>What a node remembers of trails keeps it from signing a second history, and survives restarts (S33).</summary>
[DependsOnTransactions]
public sealed class CheckpointMemoryTests : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("secronna-state-").FullName;

    private CheckpointFolder Folder => new(path);

    [Fact]
    public async Task A_follower_whose_node_remembers_more_entries_signs_nothing()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(10);
        await log.FollowAsync();
        await log.AppendAsync(1);
        await RefuseAsync(log, await SignAsync(log, epoch: 1, size: 12), "has a tree of 10 entries");
    }

    [Fact]
    public async Task A_follower_whose_node_remembers_other_entries_signs_nothing()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(300);
        await log.FollowAsync();
        await log.AppendAsync(1);
        await RefuseAsync(log, await SignAsync(log, epoch: 1, size: 300), "has other entries than that checkpoint says");
        await RefuseAsync(log, await SignAsync(log, epoch: 1, size: 200), "has other entries than that checkpoint says");
    }

    [Fact]
    public async Task A_follower_whose_node_remembers_a_later_epoch_signs_nothing()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(10);
        await log.FollowAsync();
        await log.AppendAsync(1);
        await RefuseAsync(log, await SignAsync(log, epoch: 2, size: 5), "is in epoch 1 again");
    }

    [Fact]
    public async Task A_trail_in_a_later_epoch_than_the_node_remembers_goes_on()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(10);
        await log.FollowAsync();
        var memory = log.Memory(Folder);
        await memory.RememberAsync(TestStorage.Workspace, await SignAsync(log, epoch: 1, size: 12));
        await EpochService.BeginAsync(log.Storage.Database, [], "test", log.Storage.Clock);
        await memory.RequireAllAsync();
        await FollowAsync(log, memory);
        Assert.Equal(11, Assert.Single(await ReadAsync(log)).Size);
    }

    [Fact]
    public async Task A_restarted_node_still_knows_what_it_and_other_nodes_have_published()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(10);
        await FollowAsync(log, log.Memory(Folder));
        Assert.Equal(10, Assert.Single(await ReadAsync(log)).Size);

        // Another node publishes, and this one only looks.
        await log.AppendAsync(5);
        await FollowAsync(log, log.Memory(), "other");
        await ObserveAsync(log, log.Memory(Folder), place: 15);
        Assert.Equal(15, Assert.Single(await ReadAsync(log)).Size);

        await SetBackAsync(log, 10);
        var restarted = log.Memory(Folder);
        await Assert.ThrowsAsync<TrailBehindException>(restarted.RequireAllAsync);
        await Assert.ThrowsAsync<TrailBehindException>(() => FollowAsync(log, restarted));
        Assert.Equal(15, Assert.Single(await ReadAsync(log)).Size);
    }

    [Fact]
    public async Task A_node_notices_within_a_look_that_its_database_was_set_back()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(10);
        var memory = log.Memory();
        await FollowAsync(log, memory);
        await ObserveAsync(log, memory, place: 10);
        await SetBackAsync(log, 4);
        var exception = await Assert.ThrowsAsync<TrailBehindException>(() => ObserveAsync(log, memory, place: 4));
        Assert.Contains("secronna-server restored", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_file_or_one_of_another_trail_is_named()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(10);
        await FollowAsync(log, log.Memory(Folder));
        var file = Assert.Single(Directory.GetFiles(path, "*.note", SearchOption.AllDirectories));
        var note = await File.ReadAllTextAsync(file);
        var moved = file.Replace(Path.GetFileName(file), "00.note", StringComparison.Ordinal);
        File.Copy(file, moved);
        Assert.Contains(moved, (await Assert.ThrowsAsync<TrailDamagedException>(log.Memory(Folder).RequireAllAsync)).Message, StringComparison.Ordinal);
        File.Delete(moved);
        foreach (var damaged in new[] { "", "x", note[..20], note.Replace("/acc_a/", "/acc_b/", StringComparison.Ordinal) })
        {
            await File.WriteAllTextAsync(file, damaged);
            Assert.Contains(file, (await Assert.ThrowsAsync<TrailDamagedException>(log.Memory(Folder).RequireAllAsync)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_keeps_no_checkpoint_back()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(10);
        await File.WriteAllTextAsync(Path.Combine(path, "checkpoints"), "in the way");
        await FollowAsync(log, log.Memory(Folder));
        Assert.Equal(10, (await log.VerifyAsync()).Size);
    }

    public void Dispose() => Directory.Delete(path, recursive: true);

    private static async Task RefuseAsync(TestLog log, TrailCheckpointRow remembered, string reason)
    {
        var before = log.Published();
        var memory = log.Memory();
        await memory.RememberAsync(TestStorage.Workspace, remembered);
        Assert.Contains(reason, (await Assert.ThrowsAsync<TrailBehindException>(memory.RequireAllAsync)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TrailBehindException>(() => FollowAsync(log, memory));
        Assert.Equal(before, log.Published());
    }

    private static async Task FollowAsync(TestLog log, CheckpointMemory memory, string node = "node_1")
    {
        var lease = (await log.TakeAsync(node))!;
        await log.Follower(memory: memory).RunAsync(lease, CancellationToken.None);
    }

    private static async Task ObserveAsync(TestLog log, CheckpointMemory memory, long place) => await log.Follower(memory: memory).ObserveAsync(
        log.Storage.Database, new FollowedTrail(TestStorage.Workspace, place, place), CancellationToken.None);

    private static async Task<TrailCheckpointRow> SignAsync(TestLog log, long epoch, long size) =>
        (await log.Keys.SignerAsync()).Sign(TestStorage.Workspace, new TrailEpoch(epoch, 1), size, TreeHash.FromBytes(new byte[TreeHash.Size]));

    private static async Task SetBackAsync(TestLog log, long place)
    {
        await using var direct = log.Storage.ConnectDirectly();
        direct.Run($"UPDATE trail_followers SET place = {place} WHERE follower = 'tree'");
        direct.Run($"DELETE FROM trail_checkpoints WHERE size > {place}");
    }

    private async Task<IReadOnlyList<Checkpoint>> ReadAsync(TestLog log) => Folder.Read((await log.Keys.IdentityAsync()).InstallationId);
}
