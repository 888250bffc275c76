using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Features.Backup;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Trail.Tree;

/// <summary>What was recorded is changed behind the server's back: its tree must not be continued as if nothing had happened (S33).</summary>
public sealed class TamperedTrailTests
{
    private const string Workspace = Storage.TestStorage.Workspace;

    [Theory]
    [InlineData("UPDATE trail_segments SET at = at + 1 WHERE first_sequence = 298")]
    [InlineData("UPDATE trail_segments SET count = 2 WHERE first_sequence = 298")]
    [InlineData("DELETE FROM trail_segments WHERE first_sequence = 298")]
    [InlineData("DELETE FROM trail_segments WHERE first_sequence >= 298")]
    [InlineData("DELETE FROM trail_segments")]
    [InlineData("DELETE FROM trail_checkpoints")]
    [InlineData("DELETE FROM trail_tiles")]
    [InlineData("UPDATE trail_followers SET place = 299")]
    [InlineData("UPDATE trail_followers SET place = 301")]
    [InlineData("UPDATE trail_followers SET place = 0")]
    public async Task Nothing_is_signed_once_the_trail_and_its_tree_do_not_belong_together(string change)
    {
        await using var log = await TestLog.CreateAsync();
        await FillAsync(log);
        var before = log.Published();
        Tamper(log, change);
        await log.AppendAsync(5);

        await Assert.ThrowsAsync<TrailDamagedException>(() => log.FollowAsync());
        Assert.True(change == "DELETE FROM trail_checkpoints" ? log.Published().Count == 0 : before.SequenceEqual(log.Published()));
    }

    [Theory]
    [InlineData("UPDATE trail_segments SET count = count + 1 WHERE first_sequence = 301")]
    [InlineData("UPDATE trail_segments SET count = count - 1 WHERE first_sequence = 301")]
    [InlineData("UPDATE trail_segments SET format = 2 WHERE first_sequence = 301")]
    [InlineData("DELETE FROM trail_segments WHERE first_sequence = 301")]
    public async Task Nothing_is_signed_of_entries_that_were_damaged_before_they_were_followed(string change)
    {
        await using var log = await TestLog.CreateAsync();
        await FillAsync(log);
        var before = log.Published();
        await log.AppendAsync(2);
        await log.AppendAsync(1);
        Tamper(log, change);

        await Assert.ThrowsAsync<TrailDamagedException>(() => log.FollowAsync());
        Assert.Equal(before, log.Published());
    }

    [Theory]
    [InlineData("UPDATE trail_segments SET at = at + 1 WHERE first_sequence = 100")]
    [InlineData("UPDATE trail_segments SET entries = (SELECT entries FROM trail_segments WHERE first_sequence = 101) WHERE first_sequence = 100")]
    public async Task A_verifier_that_holds_a_checkpoint_notices_a_changed_entry_of_a_full_tile(string change)
    {
        await using var log = await TestLog.CreateAsync();
        await FillAsync(log);
        var held = await log.VerifyAsync();
        Tamper(log, change);
        await log.AppendAsync(5);
        await log.FollowAsync();

        // The tree goes on from the hashes that it has, so the new checkpoint still extends the old one. The entries don't match it.
        var latest = (await log.LatestAsync())!;
        Assert.Equal(305, latest.Size);
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => log.VerifyAsync(held));
        await Assert.ThrowsAsync<TrailDamagedException>(async () => await log.Storage.ReadAsync(async session =>
            await (await PublishedTree.FindAsync(session, Workspace)).ProveAsync(session, Workspace, 100, 305)));
    }

    [Fact]
    public async Task A_published_checkpoint_can_not_be_changed()
    {
        await using var log = await TestLog.CreateAsync();
        await FillAsync(log);
        await Assert.ThrowsAnyAsync<Exception>(() => log.Storage.WriteAsync(async transaction =>
        {
            await using var update = transaction.Prepare("UPDATE trail_checkpoints SET size = size + 1");
            await update.ExecuteAsync();
        }));
        await log.VerifyAsync();
    }

    [Fact]
    public async Task No_second_checkpoint_of_a_size_is_published()
    {
        await using var log = await TestLog.CreateAsync();
        await FillAsync(log);
        foreach (var size in new[] { 1, 299, 300 })
        {
            Assert.False(await log.Storage.WriteAsync(transaction => TrailCheckpointTable.PublishAsync(
                transaction, Workspace, new TrailCheckpointRow(1, size, new byte[32], "note"))));
        }
    }

    [Theory]
    [InlineData("UPDATE trail_segments SET at = at + 1 WHERE first_sequence = 100", "up to entry 300 is not what its checkpoint says")]
    [InlineData("UPDATE trail_segments SET at = at + 1 WHERE first_sequence = 100", "has another hash for the entries 1 to 256 than these entries give")]
    [InlineData("UPDATE trail_segments SET entries = (SELECT entries FROM trail_segments WHERE first_sequence = 101) WHERE first_sequence = 100", "up to entry 300 is not what its checkpoint says")]
    [InlineData("DELETE FROM trail_segments WHERE first_sequence >= 299", "ends with entry 298, but a checkpoint says that there were 300 entries")]
    [InlineData("UPDATE trail_tiles SET hashes = (SELECT root FROM trail_checkpoints)", "has another hash for the entries 1 to 256 than these entries give")]
    [InlineData("DELETE FROM trail_tiles", "lacks the hash of the entries 1 to 256")]
    [InlineData("DROP TRIGGER checkpoints; UPDATE trail_checkpoints SET root = (SELECT hashes FROM trail_tiles)", "up to entry 300 is not what its checkpoint says")]
    [InlineData("DROP TRIGGER checkpoints; UPDATE trail_checkpoints SET note = 'note'", "the checkpoint of 300 entries of the trail of workspace acc_a is not signed by this installation's log key")]
    public async Task A_verification_of_the_database_names_what_was_changed(string change, string problem)
    {
        await using var log = await TestLog.CreateAsync();
        await FillAsync(log);
        Assert.Empty(await ProblemsAsync(log));
        Tamper(log, change);

        Assert.Contains(await ProblemsAsync(log), found => found.Contains(problem, StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> ProblemsAsync(TestLog log)
    {
        var found = new Verification();
        await log.Storage.Database.ReadSnapshotAsync(found, static async (session, found) =>
        {
            await new TrailVerifier(new LoggedVersions(), _ => { }).CheckAsync(session, found, CancellationToken.None);
            return true;
        });
        return found.Problems;
    }

    // The entries 100 and 101 have a segment each, and so have the last three.
    private static async Task FillAsync(TestLog log)
    {
        foreach (var entries in new[] { 99, 1, 1, 196, 1, 1, 1 })
        {
            await log.AppendAsync(entries);
        }

        await log.FollowAsync();
    }

    private static void Tamper(TestLog log, string change)
    {
        using var direct = log.Storage.ConnectDirectly();
        if (TestEngine.Current is SqliteTestEngine)
        {
            direct.Run("DROP TRIGGER trail_segments_keep");
            direct.Run("DROP TRIGGER trail_segments_stay");
        }

        const string DropCheckpointTrigger = "DROP TRIGGER checkpoints; ";
        if (change.StartsWith(DropCheckpointTrigger, StringComparison.Ordinal))
        {
            change = change[DropCheckpointTrigger.Length..];
            if (TestEngine.Current is SqliteTestEngine)
            {
                direct.Run("DROP TRIGGER trail_checkpoints_keep");
            }
        }

        Assert.True(direct.Run(change) > 0);
    }
}
