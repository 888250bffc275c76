using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>
/// The master key is rotated while servers serve (S8, S10): no request fails, no version's row changes, and the old key is
/// needed no more.
/// </summary>
[Collection(SharedPostgresTests.Name)]
public sealed class MasterKeyRotationTests(SharedPostgres postgres)
{
    private const string New = "new-key";

    [Fact]
    public async Task One_server_follows_a_rotation_without_one_failed_request_and_without_one_changed_version() =>
        await RotateUnderLoadAsync(await NodeSet.StartAsync(await TestInstallation.CreateAsync(), NodeSet.Plain(1)));

    [Fact]
    public async Task Three_nodes_follow_a_rotation_without_one_failed_request_and_without_one_changed_version() =>
        await RotateUnderLoadAsync(await NodeSet.StartAsync(postgres.Cluster));

    private static async Task RotateUnderLoadAsync(NodeSet set)
    {
        await using var nodes = set;
        using var api = nodes[0].Connect();
        var bulk = await Bulk.FillAsync(api, "Quiet", rounds: 2);
        var ledger = new Ledger();
        var (_, live) = await api.CreateEnvironmentAsync("Live");
        var file = new MasterKeyFile(nodes.Installation.MasterKeyFile);
        var old = Assert.Single(file.Ids);

        await RotateAsync(nodes, bulk, live, ledger, old);
        await ExpectOldIsNeededNoMoreAsync(nodes, file, old);
        await CheckAsync(nodes, bulk, live, ledger);
        await ExpectNewIsNeededAsync(nodes, file, bulk);
        await CheckAsync(nodes, bulk, live, ledger);
    }

    private static async Task RotateAsync(NodeSet nodes, Bulk bulk, string live, Ledger ledger, string old)
    {
        var (installation, stored) = (nodes.Installation, new Stored(nodes.Installation));
        using var load = new LoadOnNodes(nodes, live, ledger);
        await load.GoesOnAsync();
        await using var projects = new NewProjects(nodes);
        await ExpectRefusalAsync(installation, "is the active one", "master-key", "retire", old);
        await installation.DoAsync("master-key", "generate", "--id", New);
        var (before, all) = (await stored.VersionsAsync(bulk.EnvironmentId), await stored.VersionsAsync());
        var rotated = await installation.DoAsync("master-key", "rotate");
        Assert.Contains($"master key {New} is active and wraps everything", rotated.Out, StringComparison.Ordinal);
        await load.GoesOnAsync();
        await projects.StopAsync();
        await load.StopAsync();

        Assert.Equal(before, await stored.VersionsAsync(bulk.EnvironmentId));
        Assert.Empty(all.Except(await stored.VersionsAsync()));
        await stored.ExpectUnderAsync(New);
        Assert.True(projects.Ids.Count > 0, "no project was made meanwhile");
        var retired = await installation.DoAsync("master-key", "retire", old);
        Assert.Matches("backups made before .* need it", retired.Out);
        Assert.Equal([old], await stored.TrailAsync("master_key.retire"));
        await ExpectRefusalAsync(installation, "is retired", "master-key", "rotate", "--to", old);
    }

    // The nodes must have looked at the file without it: each says which keys it can use.
    private static async Task ExpectOldIsNeededNoMoreAsync(NodeSet nodes, MasterKeyFile file, string old)
    {
        file.TakeOut(old);
        var stored = new Stored(nodes.Installation);
        await Until.HoldsAsync("every node has noticed", async () =>
            await stored.CountAsync($"SELECT count(*) FROM nodes WHERE master_keys <> '{New}'") == 0);
        foreach (var node in nodes.All)
        {
            Assert.True(await node.IsReadyAsync(), node.Log);
        }

        await nodes[0].KillAsync();
        await nodes[0].StartAgainAsync();
    }

    private static async Task ExpectNewIsNeededAsync(NodeSet nodes, MasterKeyFile file, Bulk bulk)
    {
        var line = file.TakeOut(New);
        using var apis = new ApiSet(nodes);
        for (var node = 0; node < nodes.All.Count; node++)
        {
            var api = apis[node];
            var answer = await api.GetAsync("/health/ready");
            await Until.HoldsAsync("it is not ready", async () => (answer = await api.GetAsync("/health/ready")).Status == 503, TimeSpan.FromSeconds(10));
            Assert.Contains($"master key {New} is missing", answer.Envelope.ToJsonString(), StringComparison.Ordinal);
            Assert.Contains(New, nodes[node].Log, StringComparison.Ordinal);
            var reveal = await bulk.RevealAsync(api);
            Assert.Equal((503, "UNAVAILABLE"), (reveal.Status, reveal.ErrorCode));
        }

        file.PutBack(line);
        foreach (var node in nodes.All)
        {
            await Until.HoldsAsync("it is ready again", node.IsReadyAsync);
        }
    }

    private static async Task CheckAsync(NodeSet nodes, Bulk bulk, string live, Ledger ledger)
    {
        foreach (var node in nodes.All)
        {
            using var api = node.Connect();
            await bulk.CheckCurrentAsync(api);
        }

        using var last = nodes.All[^1].Connect();
        await ledger.CheckAllAsync(last, live);
    }

    private static async Task ExpectRefusalAsync(TestInstallation installation, string why, params string[] arguments)
    {
        var ended = await installation.RunAsync(arguments);
        Assert.NotEqual(0, ended.ExitCode);
        Assert.Contains(why, ended.Error, StringComparison.Ordinal);
    }
}
