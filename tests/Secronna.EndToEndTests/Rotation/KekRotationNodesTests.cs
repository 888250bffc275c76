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
        var stored = new Stored(nodes.Installation);
        var bulks = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Bulk.FillAsync(apis[i % 3], $"Project {i}", rounds: 2)));
        var live = await bulks[0].AddEnvironmentAsync(apis[0]);
        var ledger = new Ledger();
        using var load = new LoadOnNodes(nodes, live, ledger);
        await load.GoesOnAsync();

        // The same project more than once too: what came of the first is replaced by the second.
        await Task.WhenAll(Enumerable.Range(0, 3 * bulks.Length).Select(i => bulks[i % bulks.Length].RotateAsync(apis[i % 3])));
        var workers = new HashSet<string>();
        await Until.HoldsAsync("all old KEKs are destroyed", async () =>
        {
            workers.UnionWith(await stored.RowsAsync("SELECT worker FROM project_keys WHERE worker IS NOT NULL"));
            return (await stored.KeksAsync("retiring")).Count == 0;
        }, Patience);
        await load.GoesOnAsync();
        await load.StopAsync();

        output.WriteLine($"{workers.Count} nodes were seen at work");
        for (var i = 0; i < bulks.Length; i++)
        {
            await stored.ExpectKeksWholeAsync(bulks[i].ProjectId);
            Assert.Equal(3, (await stored.KeksAsync("destroyed", bulks[i].ProjectId)).Count);
            await bulks[i].CheckCurrentAsync(apis[(i + 1) % 3]);
        }

        await bulks[0].CheckAllAsync(apis[2]);
        await ledger.CheckAllAsync(apis[1], live);
    }

    [Fact]
    public async Task A_node_that_stood_still_while_others_took_over_its_work_does_no_harm_when_it_goes_on()
    {
        await using var nodes = await NodeSet.StartAsync(postgres.Cluster);
        using var apis = new ApiSet(nodes);
        var stored = new Stored(nodes.Installation);
        var bulk = await Bulk.FillAsync(apis[0], "Large", rounds: 20);
        var other = await Bulk.FillAsync(apis[0], "Other", rounds: 1);
        var before = await stored.VersionsAsync(other.EnvironmentId);
        var stopped = await StopOneAtWorkAsync(nodes, stored, bulk, apis[0]);

        await Until.HoldsAsync("the others end what it had begun", () => stored.IsAtRestAsync(bulk.ProjectId), Patience);
        var active = Assert.Single(await stored.KeksAsync("active", bulk.ProjectId));
        nodes[stopped].Resume();
        await Until.HoldsAsync("it is ready again", nodes[stopped].IsReadyAsync, Patience);
        Assert.Equal(201, (await apis[stopped].WriteAsync(bulk.EnvironmentId, "AFTER", "written by it")).Status);
        await apis[stopped].DeleteAsync($"/api/v1/secrets/{(await apis[stopped].ListAsync($"/api/v1/environments/{bulk.EnvironmentId}/secrets"))
            .Single(secret => (string)secret["key"]! == "AFTER")["id"]}");

        Assert.Equal([active], await stored.KeksAsync("active", bulk.ProjectId));
        await stored.ExpectKeksWholeAsync(bulk.ProjectId);
        Assert.Equal(before, await stored.VersionsAsync(other.EnvironmentId));
        await bulk.CheckAllAsync(apis[stopped]);
        await bulk.CheckCurrentAsync(apis[(stopped + 1) % 3]);
        await StoredState.ExpectWholeAsync(nodes.ConnectionString);
    }

    // Once more where the row that holds it up was among the first that it came to.
    private async Task<int> StopOneAtWorkAsync(NodeSet nodes, Stored stored, Bulk bulk, Api api)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var old = Assert.Single(await stored.KeksAsync("active", bulk.ProjectId));
            await using var obstacle = await Obstacle.PutAsync(nodes.ConnectionString, old, bulk.Versions / 2);
            await bulk.RotateAsync(api);
            await Until.HoldsAsync("a node waits for the row", async () => await stored.CountAsync(Obstacle.Waiting) > 0);
            var name = await stored.OneAsync($"SELECT n.name FROM project_keys k JOIN nodes n ON n.id = k.worker WHERE k.id = '{old}'");
            var left = await stored.CountAsync($"SELECT count(*) FROM secret_versions WHERE kek_id = '{old}'");
            output.WriteLine($"{name} is at work with {left} of {bulk.Versions} data keys left");
            if (left < bulk.Versions)
            {
                var node = nodes.All.ToList().FindIndex(node => name.EndsWith($"(process {node.ProcessId})", StringComparison.Ordinal));
                nodes[node].Pause();
                return node;
            }

            await obstacle.DisposeAsync();
            await Until.HoldsAsync("it ends", () => stored.IsAtRestAsync(bulk.ProjectId), Patience);
        }

        throw new InvalidOperationException("no node was stopped at work");
    }
}
