using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Several nodes re-wrap data keys side by side, and do nothing twice (S9, S10).</summary>
[Collection(SharedPostgresTests.Name)]
public sealed class KekRotationNodesTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private const int Attempts = 10;

    // Longer than a node holds the work that it has taken.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Several_projects_rotated_at_once_on_all_nodes_end_with_every_old_KEK_destroyed_once()
    {
        await using var nodes = await NodeSet.StartAsync(postgres.Cluster);
        using var apis = new ApiSet(nodes);
        var database = new InstallationDatabase(nodes.Installation);
        var projects = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => FilledProject.FillAsync(apis[i % 3], $"Project {i}", rounds: 2)));
        var live = await projects[0].AddEnvironmentAsync(apis[0]);
        var ledger = new Ledger();
        using var load = new RequestLoadOnNodes(nodes, live, ledger);
        await load.WaitForWritesAsync();

        // The same project more than once too: what came of the first is replaced by the second.
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
    public async Task A_node_that_stood_still_while_others_took_over_its_work_does_no_harm_when_it_goes_on()
    {
        await using var nodes = await NodeSet.StartAsync(postgres.Cluster);
        using var apis = new ApiSet(nodes);
        var database = new InstallationDatabase(nodes.Installation);
        var project = await FilledProject.FillAsync(apis[0], "Large", rounds: 20);
        var other = await FilledProject.FillAsync(apis[0], "Other", rounds: 1);
        var before = await database.VersionsAsync(other.EnvironmentId);
        var stopped = await StopOneAtWorkAsync(nodes, database, project, apis[0]);

        await Until.HoldsAsync("the others end what it had begun", () => database.HasNoRotationAsync(project.ProjectId), Patience);
        var active = Assert.Single(await database.KeksAsync("active", project.ProjectId));
        nodes[stopped].Resume();
        await Until.HoldsAsync("it is ready again", nodes[stopped].IsReadyAsync, Patience);
        Assert.Equal(201, (await apis[stopped].WriteAsync(project.EnvironmentId, "AFTER", "written by it")).Status);
        await apis[stopped].DeleteAsync($"/api/v1/secrets/{(await apis[stopped].ListAsync($"/api/v1/environments/{project.EnvironmentId}/secrets"))
            .Single(secret => (string)secret["key"]! == "AFTER")["id"]}");

        Assert.Equal([active], await database.KeksAsync("active", project.ProjectId));
        await database.ExpectKeksConsistentAsync(project.ProjectId);
        Assert.Equal(before, await database.VersionsAsync(other.EnvironmentId));
        await project.CheckAllAsync(apis[stopped]);
        await project.CheckCurrentAsync(apis[(stopped + 1) % 3]);
        await StorageInvariants.ExpectHoldAsync(nodes.ConnectionString);
    }

    // Once more where the row that holds it up was among the first that it came to.
    private async Task<int> StopOneAtWorkAsync(NodeSet nodes, InstallationDatabase database, FilledProject project, Api api)
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
            await Until.HoldsAsync("it ends", () => database.HasNoRotationAsync(project.ProjectId), Patience);
        }

        throw new InvalidOperationException("no node was stopped at work");
    }
}
