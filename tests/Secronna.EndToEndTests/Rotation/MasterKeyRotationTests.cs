using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>
/// The master key is rotated while servers serve (S8, S10): no request fails, no version's row changes, and the old key is no
/// longer needed.
/// </summary>
[Collection(SharedPostgresTests.Name)]
public sealed class MasterKeyRotationTests(SharedPostgres postgres)
{
    private const string NewKeyId = "new-key";

    [Fact]
    public async Task One_server_follows_a_rotation_without_a_failed_request_or_a_changed_version() =>
        await RotateUnderLoadAsync(await NodeSet.StartAsync(await TestInstallation.CreateAsync(), NodeSet.Plain(1)));

    [Fact]
    public async Task Three_nodes_follow_a_rotation_without_a_failed_request_or_a_changed_version() =>
        await RotateUnderLoadAsync(await NodeSet.StartAsync(postgres.Cluster));

    private static async Task RotateUnderLoadAsync(NodeSet set)
    {
        await using var nodes = set;
        using var api = nodes[0].Connect();
        var project = await FilledProject.FillAsync(api, "Quiet", rounds: 2);
        var ledger = new Ledger();
        var (_, live) = await api.CreateEnvironmentAsync("Live");
        var file = new MasterKeyFile(nodes.Installation.MasterKeyFile);
        var old = Assert.Single(file.Ids);

        await RotateAsync(nodes, project, live, ledger, old);
        await ExpectOldKeyIsNotNeededAsync(nodes, file, old);
        await CheckAsync(nodes, project, live, ledger);
        await ExpectNewKeyIsNeededAsync(nodes, file, project);
        await CheckAsync(nodes, project, live, ledger);
    }

    private static async Task RotateAsync(NodeSet nodes, FilledProject project, string live, Ledger ledger, string old)
    {
        var (installation, database) = (nodes.Installation, new InstallationDatabase(nodes.Installation));
        using var load = new RequestLoadOnNodes(nodes, live, ledger);
        await load.WaitForWritesAsync();
        await using var projects = new ProjectCreator(nodes);
        await ExpectRefusalAsync(installation, "is active: rotate to another key first", "master-key", "retire", old);
        await installation.DoAsync("master-key", "generate", "--id", NewKeyId);
        var (before, all) = (await database.VersionsAsync(project.EnvironmentId), await database.VersionsAsync());
        var rotated = await installation.DoAsync("master-key", "rotate");
        Assert.Contains($"master key {NewKeyId} is active and wraps everything", rotated.Out, StringComparison.Ordinal);
        await load.WaitForWritesAsync();
        await projects.StopAsync();
        await load.StopAsync();

        Assert.Equal(before, await database.VersionsAsync(project.EnvironmentId));
        Assert.Empty(all.Except(await database.VersionsAsync()));
        await database.ExpectAllUnderMasterKeyAsync(NewKeyId);
        Assert.True(projects.Ids.Count > 0, "no project was created during the rotation");
        var retired = await installation.DoAsync("master-key", "retire", old);
        Assert.Matches("backups made before .* need it", retired.Out);
        Assert.Equal([old], await database.TrailAsync("master_key.retire"));
        await ExpectRefusalAsync(installation, "is retired", "master-key", "rotate", "--to", old);
    }

    // Waits until each node has read the file without the old key: a node publishes which keys it can use.
    private static async Task ExpectOldKeyIsNotNeededAsync(NodeSet nodes, MasterKeyFile file, string old)
    {
        file.Remove(old);
        var database = new InstallationDatabase(nodes.Installation);
        await Until.HoldsAsync("every node has noticed that the old key is gone", async () =>
            await database.CountAsync($"SELECT count(*) FROM nodes WHERE master_keys <> '{NewKeyId}'") == 0);
        foreach (var node in nodes.All)
        {
            Assert.True(await node.IsReadyAsync(), node.Log);
        }

        await nodes[0].KillAsync();
        await nodes[0].StartAgainAsync();
    }

    private static async Task ExpectNewKeyIsNeededAsync(NodeSet nodes, MasterKeyFile file, FilledProject project)
    {
        var line = file.Remove(NewKeyId);
        using var apis = new ApiSet(nodes);
        for (var node = 0; node < nodes.All.Count; node++)
        {
            var api = apis[node];
            var answer = await api.GetAsync("/health/ready");
            await Until.HoldsAsync("the node is not ready", async () => (answer = await api.GetAsync("/health/ready")).Status == 503, TimeSpan.FromSeconds(10));
            Assert.Contains($"master key {NewKeyId} is missing", answer.Envelope.ToJsonString(), StringComparison.Ordinal);
            Assert.Contains(NewKeyId, nodes[node].Log, StringComparison.Ordinal);
            var reveal = await project.RevealAsync(api);
            Assert.Equal((503, "UNAVAILABLE"), (reveal.Status, reveal.ErrorCode));
        }

        file.PutBack(line);
        foreach (var node in nodes.All)
        {
            await Until.HoldsAsync("the node is ready again", node.IsReadyAsync);
        }
    }

    private static async Task CheckAsync(NodeSet nodes, FilledProject project, string live, Ledger ledger)
    {
        foreach (var node in nodes.All)
        {
            using var api = node.Connect();
            await project.CheckCurrentAsync(api);
        }

        using var last = nodes.All[^1].Connect();
        await ledger.CheckAllAsync(last, live);
    }

    private static async Task ExpectRefusalAsync(TestInstallation installation, string reason, params string[] arguments)
    {
        var ended = await installation.RunAsync(arguments);
        Assert.NotEqual(0, ended.ExitCode);
        Assert.Contains(reason, ended.Error, StringComparison.Ordinal);
    }
}
