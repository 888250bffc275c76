using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Several nodes re-wrap data keys at the same time and do no work twice (S9, S10).</summary>
[Collection(SharedPostgresTests.Name)]
public sealed class KekRotationNodesTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private const int Attempts = 10;

    // Longer than a node's claim on its work lasts.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task After_concurrent_rotations_of_several_projects_on_all_nodes_every_old_KEK_is_destroyed_once()
    {
        await using var nodes = await NodeSet.StartAsync(postgres.Cluster);
        using var apis = new ApiSet(nodes);
        var database = new InstallationDatabase(nodes.Installation);
        var projects = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => FilledProject.FillAsync(apis[i % 3], $"Project {i}", rounds: 2)));
        var live = await projects[0].AddEnvironmentAsync(apis[0]);
        var ledger = new Ledger();
        using var load = new RequestLoadOnNodes(nodes, live, ledger);
        await load.WaitForWritesAsync();

        // Each project is rotated three times: the KEK of one rotation is replaced by the next.
        await Task.WhenAll(Enumerable.Range(0, 3 * projects.Length).Select(i => projects[i % projects.Length].RotateAsync(apis[i % 3])));
        var workers = new HashSet<string>();
        await Until.HoldsAsync("all old KEKs are destroyed", async () =>
        {
            workers.UnionWith(await database.RowsAsync("SELECT worker FROM project_keys WHERE worker IS NOT NULL"));
            return (await database.KeksAsync("retiring")).Count == 0;
        }, Patience);
        await load.WaitForWritesAsync();
        await load.StopAsync();

        output.WriteLine($"{workers.Count} nodes were seen at work");
        for (var i = 0; i < projects.Length; i++)
        {
            await database.ExpectKeksConsistentAsync(projects[i].ProjectId);
            Assert.Equal(3, (await database.KeksAsync("destroyed", projects[i].ProjectId)).Count);
            await projects[i].CheckCurrentAsync(apis[(i + 1) % 3]);
        }

        await projects[0].CheckAllAsync(apis[2]);
        await ledger.CheckAllAsync(apis[1], live);
    }

    [Fact]
    public async Task A_node_that_was_suspended_while_others_took_over_its_work_does_no_harm_when_it_resumes()
    {
        await using var nodes = await NodeSet.StartAsync(postgres.Cluster);
        using var apis = new ApiSet(nodes);
        var database = new InstallationDatabase(nodes.Installation);
        var project = await FilledProject.FillAsync(apis[0], "Large", rounds: 20);
        var other = await FilledProject.FillAsync(apis[0], "Other", rounds: 1);
        var before = await database.VersionsAsync(other.EnvironmentId);
        var suspended = await SuspendWorkingNodeAsync(nodes, database, project, apis[0]);

        await Until.HoldsAsync("the other nodes finish the rotation", () => database.HasNoRotationAsync(project.ProjectId), Patience);
        var active = Assert.Single(await database.KeksAsync("active", project.ProjectId));
        nodes[suspended].Resume();
        await Until.HoldsAsync("the resumed node is ready", nodes[suspended].IsReadyAsync, Patience);
        Assert.Equal(201, (await apis[suspended].WriteAsync(project.EnvironmentId, "AFTER", "written by it")).Status);
        await apis[suspended].DeleteAsync($"/api/v1/secrets/{(await apis[suspended].ListAsync($"/api/v1/environments/{project.EnvironmentId}/secrets"))
            .Single(secret => (string)secret["key"]! == "AFTER")["id"]}");

        Assert.Equal([active], await database.KeksAsync("active", project.ProjectId));
        await database.ExpectKeksConsistentAsync(project.ProjectId);
        Assert.Equal(before, await database.VersionsAsync(other.EnvironmentId));
        await project.CheckAllAsync(apis[suspended]);
        await project.CheckCurrentAsync(apis[(suspended + 1) % 3]);
        await StorageInvariants.ExpectHoldAsync(nodes.ConnectionString);
    }

    // Suspends the node that works on the rotation when it has re-wrapped some of the data keys. Tries again if the locked row was
    // among the first that the node came to.
    private async Task<int> SuspendWorkingNodeAsync(NodeSet nodes, InstallationDatabase database, FilledProject project, Api api)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var old = Assert.Single(await database.KeksAsync("active", project.ProjectId));
            await using var rowLock = await RowLock.OnDataKeyAsync(nodes.ConnectionString, old, project.Versions / 2);
            await project.RotateAsync(api);
            await Until.HoldsAsync("a node waits for the row", async () => await database.CountAsync(RowLock.CountWaiters) > 0);
            var name = await database.ReadOneAsync($"SELECT n.name FROM project_keys k JOIN nodes n ON n.id = k.worker WHERE k.id = '{old}'");
            var left = await database.CountAsync($"SELECT count(*) FROM secret_versions WHERE kek_id = '{old}'");
            output.WriteLine($"{name} is at work with {left} of {project.Versions} data keys left");
            if (left < project.Versions)
            {
                var node = nodes.All.ToList().FindIndex(node => name.EndsWith($"(process {node.ProcessId})", StringComparison.Ordinal));
                nodes[node].Pause();
                return node;
            }

            await rowLock.DisposeAsync();
            await Until.HoldsAsync("the rotation ends", () => database.HasNoRotationAsync(project.ProjectId), Patience);
        }

        throw new InvalidOperationException("no node was suspended in the middle of its work");
    }
}
