using Secronna.EndToEndTests.Backup;
using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>A rotation of the master key that would leave a server or a KEK behind is refused, and says why.</summary>
[Collection(SharedPostgresTests.Name)]
public sealed class MasterKeyRefusalTests(SharedPostgres postgres)
{
    private const string New = "new-key";

    // The command itself waits for half a minute.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_dry_run_says_what_would_be_done_and_writes_nothing()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using (var server = await installation.ServeAsync())
        {
            using var api = new Api(server.Url, installation.Token);
            await Bulk.FillAsync(api, "Some", rounds: 1, keys: 10);
        }

        await installation.DoAsync("master-key", "generate", "--id", New);
        var before = await Contents.ReadSqliteAsync(installation.DatabaseFile);
        var said = await installation.DoAsync("master-key", "rotate", "--dry-run");
        Assert.Matches($"would rotate from master key .* to {New}: the installation key and 1 KEK", said.Out);
        // The server that was killed counts as running for a while yet.
        Assert.Contains("these servers have not yet reported that they can use it", said.Out, StringComparison.Ordinal);
        Assert.Equal(before, await Contents.ReadSqliteAsync(installation.DatabaseFile));
    }

    [Fact]
    public async Task A_key_that_a_KEK_is_under_is_not_retired()
    {
        using var installation = await TestInstallation.CreateAsync();
        var stored = new Stored(installation);
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var bulk = await Bulk.FillAsync(api, "Some", rounds: 1, keys: 10);
        var old = await stored.ActiveMasterKeyAsync();
        var kek = await stored.OneAsync("SELECT wrapped_key FROM project_keys");
        await installation.DoAsync("master-key", "generate", "--id", New);
        await installation.DoAsync("master-key", "rotate");

        // As it stands in the middle of a rotation; which goes on when it is marked as not ended.
        await stored.RunAsync($"UPDATE project_keys SET master_key_id = '{old}', wrapped_key = x'{kek}'");
        var refused = await installation.RunAsync("master-key", "retire", old);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains($"1 KEK(s) are wrapped with {old}", refused.Error, StringComparison.Ordinal);
        await bulk.CheckAllAsync(api);
        await stored.RunAsync("UPDATE installation SET rotation_began_at = 1");
        await Until.HoldsAsync("the server ends it", async () => await stored.CountAsync(Stored.Rotating) == 0);
        await installation.DoAsync("master-key", "retire", old);
        await bulk.CheckAllAsync(api);
    }

    [Fact]
    public async Task A_node_that_lacks_the_key_is_named_and_nothing_is_rotated_but_by_force()
    {
        var connection = await postgres.Cluster.NewDatabaseAsync();
        var installation = await TestInstallation.CreateAsync(connection);
        var own = installation.Folder["own-master-keys"];
        File.Copy(installation.MasterKeyFile, own);
        await using var nodes = await NodeSet.StartAsync(
            installation, [[], [], new Dictionary<string, string> { ["Secronna__MasterKey__File"] = own }]);
        var stored = new Stored(installation);
        using var api = nodes[0].Connect();
        var bulk = await Bulk.FillAsync(api, "Some", rounds: 1, keys: 10);
        var old = await stored.ActiveMasterKeyAsync();
        await installation.DoAsync("master-key", "generate", "--id", New);

        using var command = new RunningCommand(installation, "master-key", "rotate");
        var refused = await command.EndAsync(Patience);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains($"can't use {New}: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"(process {nodes[2].ProcessId})", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain($"(process {nodes[0].ProcessId})", refused.Error, StringComparison.Ordinal);
        Assert.Equal((old, 0), (await stored.ActiveMasterKeyAsync(), await stored.CountAsync(Stored.Rotating)));

        var forced = await installation.DoAsync("master-key", "rotate", "--force");
        Assert.Contains($"(process {nodes[2].ProcessId})", forced.Error, StringComparison.Ordinal);
        await stored.ExpectUnderAsync(New);
        await bulk.CheckAllAsync(api);
        await Until.HoldsAsync("the node that lacks the key is not ready", () => nodes[2].HasStatusAsync(503));
        Assert.True(await nodes[1].IsReadyAsync());
        File.Copy(installation.MasterKeyFile, own, overwrite: true);
        await Until.HoldsAsync("the node that got the key is ready", nodes[2].IsReadyAsync);
        using var late = nodes[2].Connect();
        await bulk.CheckAllAsync(late);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_that_has_ended_holds_up_no_rotation(bool isKilled)
    {
        await using var nodes = await NodeSet.StartAsync(postgres.Cluster, 2);
        var installation = nodes.Installation;
        if (isKilled)
        {
            await nodes[1].KillAsync();
        }
        else
        {
            Assert.Equal(0, await nodes[1].StopAsync());
        }

        await installation.DoAsync("master-key", "generate", "--id", New);
        var seen = await new Stored(installation).RowsAsync("SELECT name FROM nodes");
        Assert.Equal(isKilled ? 2 : 1, seen.Count(name => name.Contains("process", StringComparison.Ordinal)));
        using var command = new RunningCommand(installation, "master-key", "rotate");
        var ended = await command.EndAsync(Patience);
        Assert.True(ended.ExitCode == 0, ended.Error);
        await new Stored(installation).ExpectUnderAsync(New);
    }
}
