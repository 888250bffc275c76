using Secronna.EndToEndTests.Backup;
using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>
/// A master-key rotation or retirement that would leave a server or a KEK without its key is refused with the reason.
/// </summary>
[Collection(SharedPostgresTests.Name)]
public sealed class MasterKeyRefusalTests(SharedPostgres postgres)
{
    private const string NewKeyId = "new-key";

    // The command itself waits half a minute for the nodes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_dry_run_prints_what_a_rotation_would_do_and_writes_nothing()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using (var server = await installation.ServeAsync())
        {
            using var api = new Api(server.Url, installation.Token);
            await FilledProject.FillAsync(api, "Some", rounds: 1, keys: 10);
        }

        await installation.DoAsync("master-key", "generate", "--id", NewKeyId);
        var before = await DatabaseContents.ReadSqliteAsync(installation.DatabaseFile);
        var dryRun = await installation.DoAsync("master-key", "rotate", "--dry-run");
        Assert.Matches($"would rotate from master key .* to {NewKeyId}: the installation key and 1 KEK", dryRun.Out);
        // The killed server still counts as running for a while.
        Assert.Contains("these servers have not yet reported that they can use the key", dryRun.Out, StringComparison.Ordinal);
        Assert.Equal(before, await DatabaseContents.ReadSqliteAsync(installation.DatabaseFile));
    }

    [Fact]
    public async Task A_master_key_that_wraps_a_KEK_is_not_retired()
    {
        using var installation = await TestInstallation.CreateAsync();
        var database = new InstallationDatabase(installation);
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var project = await FilledProject.FillAsync(api, "Some", rounds: 1, keys: 10);
        var old = await database.ActiveMasterKeyAsync();
        var kek = await database.ReadOneAsync("SELECT wrapped_key FROM project_keys");
        await installation.DoAsync("master-key", "generate", "--id", NewKeyId);
        await installation.DoAsync("master-key", "rotate");

        // Restores the state in the middle of a rotation. The server resumes the rotation once it is marked as unfinished.
        await database.RunAsync($"UPDATE project_keys SET master_key_id = '{old}', wrapped_key = x'{kek}'");
        var refused = await installation.RunAsync("master-key", "retire", old);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains($"1 KEK(s) are wrapped with {old}", refused.Error, StringComparison.Ordinal);
        await project.CheckAllAsync(api);
        await database.RunAsync("UPDATE installation SET rotation_began_at = 1");
        await Until.HoldsAsync("the server finishes the rotation", async () => await database.CountAsync(InstallationDatabase.CountUnfinishedRotations) == 0);
        await installation.DoAsync("master-key", "retire", old);
        await project.CheckAllAsync(api);
    }

    [Fact]
    public async Task A_rotation_is_refused_with_the_name_of_a_node_that_lacks_the_key_unless_it_is_forced()
    {
        var connection = await postgres.Cluster.NewDatabaseAsync();
        var installation = await TestInstallation.CreateAsync(connection);
        var own = installation.Folder["own-master-keys"];
        File.Copy(installation.MasterKeyFile, own);
        await using var nodes = await NodeSet.StartAsync(
            installation, [[], [], new Dictionary<string, string> { ["Secronna__MasterKey__File"] = own }]);
        var database = new InstallationDatabase(installation);
        using var api = nodes[0].Connect();
        var project = await FilledProject.FillAsync(api, "Some", rounds: 1, keys: 10);
        var old = await database.ActiveMasterKeyAsync();
        await installation.DoAsync("master-key", "generate", "--id", NewKeyId);

        using var command = new RunningCommand(installation, "master-key", "rotate");
        var refused = await command.EndAsync(Patience);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains($"can't use {NewKeyId}: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"(process {nodes[2].ProcessId})", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain($"(process {nodes[0].ProcessId})", refused.Error, StringComparison.Ordinal);
        Assert.Equal((old, 0), (await database.ActiveMasterKeyAsync(), await database.CountAsync(InstallationDatabase.CountUnfinishedRotations)));

        var forced = await installation.DoAsync("master-key", "rotate", "--force");
        Assert.Contains($"(process {nodes[2].ProcessId})", forced.Error, StringComparison.Ordinal);
        await database.ExpectAllUnderMasterKeyAsync(NewKeyId);
        await project.CheckAllAsync(api);
        await Until.HoldsAsync("the node that lacks the key is not ready", () => nodes[2].HasStatusAsync(503));
        Assert.True(await nodes[1].IsReadyAsync());
        File.Copy(installation.MasterKeyFile, own, overwrite: true);
        await Until.HoldsAsync("the node that got the key is ready", nodes[2].IsReadyAsync);
        using var lateApi = nodes[2].Connect();
        await project.CheckAllAsync(lateApi);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_that_was_stopped_or_killed_does_not_hold_up_a_rotation(bool isKilled)
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

        await installation.DoAsync("master-key", "generate", "--id", NewKeyId);
        var names = await new InstallationDatabase(installation).RowsAsync("SELECT name FROM nodes");
        Assert.Equal(isKilled ? 2 : 1, names.Count(name => name.Contains("process", StringComparison.Ordinal)));
        using var command = new RunningCommand(installation, "master-key", "rotate");
        var ended = await command.EndAsync(Patience);
        Assert.True(ended.ExitCode == 0, ended.Error);
        await new InstallationDatabase(installation).ExpectAllUnderMasterKeyAsync(NewKeyId);
    }
}
