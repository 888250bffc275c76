using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>No version is left under a KEK that is destroyed, whoever comes late (S9).</summary>
[Collection(SharedPostgresTests.Name)]
public sealed class KekRaceTests(SharedPostgres postgres)
{
    // A node that works says so anew when a third of its hold has passed.
    private static readonly TimeSpan UntilHoldIsRenewed = TimeSpan.FromSeconds(5.5);

    [Fact]
    public async Task A_write_that_is_under_way_when_its_KEK_is_replaced_is_waited_for_and_opens()
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
            await Until.HoldsAsync("the rotation waits for it, or ends without", async () =>
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
    public async Task A_project_whose_KEK_was_wrapped_before_the_master_key_rotated_comes_under_the_new_one()
    {
        await using var nodes = await NodeSet.StartAsync(postgres.Cluster, 2);
        using var apis = new ApiSet(nodes);
        var database = new InstallationDatabase(nodes.Installation);
        await nodes.Installation.DoAsync("master-key", "generate", "--id", "new-key");
        await Until.HoldsAsync("both nodes know the key", async () =>
            await database.CountAsync("SELECT count(*) FROM nodes WHERE master_keys LIKE '%new-key%'") == 2);

        Task<Answer> made;
        await using (await RowLock.OnWorkspaceAsync(nodes.ConnectionString))
        {
            made = apis[0].PostAsync("/api/v1/projects", new JsonObject { ["name"] = "Late" });
            await Until.HoldsAsync("the project waits", async () => await database.CountAsync(RowLock.CountWaiters) > 0);
            await nodes.Installation.DoAsync("master-key", "rotate");
            Assert.False(made.IsCompleted, "the project was made before the rotation");
        }

        Assert.Equal(201, (await made).Status);
        await database.ExpectAllUnderMasterKeyAsync("new-key");
        Assert.Single(await database.KeksAsync("active"));
    }

    [Fact]
    public async Task A_node_that_loses_its_hold_on_the_work_destroys_nothing_that_is_still_needed()
    {
        await using var nodes = await NodeSet.StartAsync(postgres.Cluster);
        using var apis = new ApiSet(nodes);
        var database = new InstallationDatabase(nodes.Installation);
        var project = await FilledProject.FillAsync(apis[0], "Lost hold", rounds: 10);
        var old = Assert.Single(await database.KeksAsync("active", project.ProjectId));
        await using (await RowLock.OnDataKeyAsync(nodes.ConnectionString, old, project.Versions / 4))
        {
            await project.RotateAsync(apis[0]);
            await Until.HoldsAsync("a node waits for the row", async () => await database.CountAsync(RowLock.CountWaiters) > 0);
            await database.RunAsync($"UPDATE project_keys SET worker = 'another', worked_until = worked_until + 3600000000 WHERE id = '{old}'");
            await Until.HasPassedAsync(UntilHoldIsRenewed);
        }

        // It notices when it has written what it was at; then nobody is at work.
        var (left, since) = (long.MinValue, 0);
        await Until.HoldsAsync("nothing is re-wrapped any more", async () =>
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
