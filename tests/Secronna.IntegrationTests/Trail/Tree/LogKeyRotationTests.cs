using System.Text;
using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Storage;
using Secronna.Protocol;
using Secronna.Server.Installation;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Trail.Tree;

/// <summary>
/// The rotation of the log key (S33): a verifier that trusts the old key can always move its trust to the new one, and the old key
/// signs nothing after the new one.
/// </summary>
public sealed class LogKeyRotationTests
{
    [Fact]
    public async Task Each_trail_names_the_new_key_under_a_checkpoint_of_the_old_one_before_the_new_one_signs()
    {
        await using var log = await TestLog.CreateAsync();
        await log.Storage.AllowAsync("acc_b");
        await log.AppendAsync(300);
        await log.FollowAsync();
        var old = (await log.Keys.IdentityAsync()).Current;

        var (key, trails) = await log.NewRotation(log.Keys, "node_1").RunAsync(_ => { }, CancellationToken.None);

        Assert.Equal((3, 2), (trails, key.Number));
        foreach (var workspaceId in new[] { EncodedEntry.Installation, TestStorage.Workspace, "acc_b" })
        {
            var entries = (await log.Storage.TrailAsync(workspaceId)).FindAll(entry => entry.Entry.Action == AuditActions.LogKeyRotate);
            Assert.Equal([Convert.ToHexStringLower(key.PublicKey), Convert.ToHexStringLower(key.PublicKey)], entries.Select(entry => entry.Entry.TargetId));
            var step = Assert.Single(await log.Storage.ReadAsync(session => LogKeyAnnouncementTable.ListAsync(session, workspaceId)));
            Assert.Equal(entries[0].Sequence, step.Sequence);
            Assert.True(Open(await log.Keys.IdentityAsync(), old, workspaceId, step.Note!)!.Size >= step.Sequence);
        }

        Assert.Equal(302, (await log.VerifyAsync()).Size);
    }

    [Fact]
    public async Task A_node_that_opened_the_old_key_signs_with_the_new_one()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(1);
        using var other = log.OtherKeys();
        var before = await other.SignerAsync();

        await log.NewRotation(log.Keys).RunAsync(_ => { }, CancellationToken.None);

        Assert.Equal((1, 2), (before.KeyNumber, (await other.SignerAsync()).KeyNumber));
    }

    [Fact]
    public async Task What_the_old_key_signed_is_not_published_once_the_new_key_signs()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(1);
        var signer = await log.Keys.SignerAsync();
        await log.NewRotation(log.Keys).RunAsync(_ => { }, CancellationToken.None);
        await log.AppendAsync(1);
        var lease = (await log.TakeAsync("node_1"))!;
        var tree = await log.Storage.ReadAsync(
            session => GrowingTree.RestoreAsync(session, TestStorage.Workspace, lease.Place));
        Assert.True(await TreeFollower.AppendAsync(lease, tree));
        var published = log.Published();

        await Assert.ThrowsAsync<FollowerLostException>(() => TreeFollower.PublishAsync(
            lease, tree, signer, signer.Sign(TestStorage.Workspace, TrailEpoch.First, tree.Size, tree.Root)));

        Assert.Equal(published, log.Published());
        await lease.ReleaseAsync();
        await log.FollowAsync();
        Assert.Equal(tree.Size, (await log.VerifyAsync()).Size);
    }

    [Fact]
    public async Task A_rotation_that_was_stopped_goes_on_with_the_same_key()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(1);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => log.NewRotation(log.Keys).RunAsync(_ => stop.Cancel(), stop.Token));
        var announced = Assert.Single((await log.Keys.IdentityAsync()).Keys, key => key.ActiveAt is null);
        Assert.Equal(1, (await log.Keys.SignerAsync()).KeyNumber);

        var (key, _) = await log.NewRotation(log.Keys, "node_second").RunAsync(_ => { }, CancellationToken.None);

        Assert.Equal(announced.PublicKey, key.PublicKey);
        Assert.Equal(2, (await log.Storage.TrailAsync(EncodedEntry.Installation)).Count(entry => entry.Entry.Action == AuditActions.LogKeyRotate));
        Assert.Equal([1, 2], (await log.Keys.IdentityAsync()).Keys.Select(key => key.Number));
    }

    [Fact]
    public async Task The_new_key_does_not_sign_while_a_trail_does_not_name_it()
    {
        await using var log = await TestLog.CreateAsync();
        await log.AppendAsync(1);
        var added = false;
        var rotation = log.NewRotation(log.Keys).RunAsync(_ => added |= Add(log, added), CancellationToken.None);
        var (_, trails) = await rotation;

        Assert.True(added);
        Assert.Equal(3, trails);
        Assert.Equal(2, (await log.Storage.TrailAsync("acc_late")).Count(entry => entry.Entry.Action == AuditActions.LogKeyRotate));
    }

    // The workspace is added after the rotation has listed the trails, and before it asks whether all of them name the key.
    private static bool Add(TestLog log, bool wasAdded)
    {
        if (!wasAdded)
        {
            using var direct = log.Storage.ConnectDirectly();
            direct.Run("INSERT INTO workspaces (id, allowed, created_at) VALUES ('acc_late', 1, 1)");
        }

        return true;
    }

    private static Checkpoint? Open(LogIdentity identity, LogKeyRow key, string workspaceId, string note) => Checkpoint.TryOpen(
        Encoding.UTF8.GetBytes(note), new VerifierKey(identity.OriginOf(workspaceId, 1).ToString(), key.PublicKey), out var checkpoint) ? checkpoint : null;
}
