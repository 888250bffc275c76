using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>No version is left under a destroyed KEK, even if a write, a project or a node is late (S9).</summary>
[Collection(SharedPostgresTests.Name)]
public sealed class KekRaceTests(SharedPostgres postgres)
{
    // A node renews its claim on the work when a third of the claim's time has passed.
    private static readonly TimeSpan UntilClaimIsRenewed = TimeSpan.FromSeconds(5.5);

    [Fact]
    public async Task A_rotation_waits_for_a_write_under_the_old_KEK_and_the_written_version_opens()
    {
        await using var nodes = await NodeSet.StartAsync(postgres.Cluster);
        using var apis = new ApiSet(nodes);
        var database = new InstallationDatabase(nodes.Installation);
        var project = await FilledProject.FillAsync(apis[0], "Late write", rounds: 1, keys: 10);
        var live = await project.AddEnvironmentAsync(apis[0]);
        var secretId = (string)(await apis[0].WriteAsync(live, "KEY", "first")).Data["id"]!;

        Task<Answer> write;
        Task rotation;
        await using (await RowLock.OnSecretAsync(nodes.ConnectionString, secretId))
        {
            write = apis[0].WriteAsync(live, "KEY", "late");
            await Until.HoldsAsync("the write waits", async () => await database.CountAsync(RowLock.CountWaiters) == 1);
            rotation = project.RotateAsync(apis[1]);
            await Until.HoldsAsync("the rotation waits for the write, or ends without waiting", async () =>
                await database.CountAsync(RowLock.CountWaiters) == 2 || (rotation.IsCompleted && await database.HasNoRotationAsync(project.ProjectId)));
            Assert.False(rotation.IsCompleted, "the rotation did not wait for a write that was under way");
        }

        Assert.Equal(201, (await write).Status);
        await rotation;
        await Until.HoldsAsync("the rotation ends", () => database.HasNoRotationAsync(project.ProjectId));
        await database.ExpectKeksConsistentAsync(project.ProjectId);
        Assert.Equal("late", (string)(await apis[2].RevealAsync(secretId, 2)).Data["value"]!);
        await project.CheckAllAsync(apis[2]);
    }

    [Fact]
    public async Task A_project_whose_KEK_was_wrapped_before_a_master_key_rotation_ends_up_under_the_new_key()
    {
        await using var nodes = await NodeSet.StartAsync(postgres.Cluster, 2);
        using var apis = new ApiSet(nodes);
        var database = new InstallationDatabase(nodes.Installation);
        await nodes.Installation.DoAsync("master-key", "generate", "--id", "new-key");
        await Until.HoldsAsync("both nodes know the key", async () =>
            await database.CountAsync("SELECT count(*) FROM nodes WHERE master_keys LIKE '%new-key%'") == 2);

        Task<Answer> creation;
        await using (await RowLock.OnWorkspaceAsync(nodes.ConnectionString))
        {
            creation = apis[0].PostAsync("/api/v1/projects", new JsonObject { ["name"] = "Late" });
            await Until.HoldsAsync("the creation waits", async () => await database.CountAsync(RowLock.CountWaiters) > 0);
            await nodes.Installation.DoAsync("master-key", "rotate");
            Assert.False(creation.IsCompleted, "the project was created before the rotation");
        }

        Assert.Equal(201, (await creation).Status);
        await database.ExpectAllUnderMasterKeyAsync("new-key");
        Assert.Single(await database.KeksAsync("active"));
    }

    [Fact]
    public async Task A_node_that_loses_its_claim_on_the_work_destroys_no_KEK_that_is_still_needed()
    {
        await using var nodes = await NodeSet.StartAsync(postgres.Cluster);
        using var apis = new ApiSet(nodes);
        var database = new InstallationDatabase(nodes.Installation);
        var project = await FilledProject.FillAsync(apis[0], "Lost claim", rounds: 10);
        var old = Assert.Single(await database.KeksAsync("active", project.ProjectId));
        await using (await RowLock.OnDataKeyAsync(nodes.ConnectionString, old, project.Versions / 4))
        {
            await project.RotateAsync(apis[0]);
            await Until.HoldsAsync("a node waits for the row", async () => await database.CountAsync(RowLock.CountWaiters) > 0);
            await database.RunAsync($"UPDATE project_keys SET worker = 'another', worked_until = worked_until + 3600000000 WHERE id = '{old}'");
            await Until.HasPassedAsync(UntilClaimIsRenewed);
        }

        // The node notices the loss of its claim when it has written its current batch. After that no node works on the rotation.
        var (left, since) = (long.MinValue, 0);
        await Until.HoldsAsync("no data key is re-wrapped any more", async () =>
        {
            var now = await database.CountAsync($"SELECT count(*) FROM secret_versions WHERE kek_id = '{old}'");
            (left, since) = (now, now == left ? since + 1 : 0);
            return since == 100;
        });
        Assert.InRange(left, 1, project.Versions - 1);
        Assert.Equal([old], await database.KeksAsync("retiring", project.ProjectId));
        await project.CheckCurrentAsync(apis[1]);

        await database.RunAsync($"UPDATE project_keys SET worked_until = 0 WHERE id = '{old}'");
        await Until.HoldsAsync("the rotation ends", () => database.HasNoRotationAsync(project.ProjectId));
        await database.ExpectKeksConsistentAsync(project.ProjectId);
        await project.CheckAllAsync(apis[2]);
    }
}
