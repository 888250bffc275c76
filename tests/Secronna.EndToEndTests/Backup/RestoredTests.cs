using Npgsql;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Backup;

/// <summary>A server refuses a database that lost what the node remembers, and <c>restored</c> lets it go on (S33).</summary>
public sealed class RestoredTests(StorageCopyCluster cluster) : IClassFixture<StorageCopyCluster>
{
    private static readonly string[] Serve = ["serve", "--urls", "http://127.0.0.1:0"];

    [Fact]
    public async Task A_database_that_was_copied_by_hand_is_not_served_until_restored_has_run()
    {
        using var installation = await TestInstallation.CreateAsync();
        var later = await LaterData.MakeAsync(installation);
        var old = installation.Folder["old.db"];
        File.Move(installation.DatabaseFile, old);
        File.Copy(later.Backup, installation.DatabaseFile);
        await RestoreTests.ExpectAsync(installation, "run secronna-server restored", Serve);

        await RestoreTests.ExpectAsync(installation, "nothing says what was revoked", "restored");
        await RestoreTests.ExpectAsync(installation, "lacks entries that are known", "restored", "--from", later.Backup);
        await installation.DoAsync("restored", "--from", old);
        await using var server = await installation.ServeAsync();
        await later.CheckAsync(server);
    }

    [Fact]
    public async Task An_export_of_the_trail_says_what_was_taken_away_too()
    {
        using var installation = await TestInstallation.CreateAsync();
        var later = await LaterData.MakeAsync(installation);
        var export = installation.Folder["audit.jsonl"];
        await File.WriteAllTextAsync(export, (await installation.DoAsync("audit")).Out);
        File.Copy(later.Backup, installation.DatabaseFile, overwrite: true);
        await File.WriteAllTextAsync(installation.Folder["none.jsonl"], "{}");
        await RestoreTests.ExpectAsync(installation, "line 1 of", "restored", "--from", installation.Folder["none.jsonl"]);
        await installation.DoAsync("restored", "--from", export);
        await using var server = await installation.ServeAsync();
        await later.CheckAsync(server);
    }

    [Fact]
    public async Task An_interrupted_restored_is_run_again_before_anything_is_served()
    {
        using var installation = await TestInstallation.CreateAsync();
        var later = await LaterData.MakeAsync(installation);
        var old = installation.Folder["old.db"];
        File.Move(installation.DatabaseFile, old);
        File.Copy(later.Backup, installation.DatabaseFile);
        await File.WriteAllTextAsync(Path.Combine(installation.DataFolder, "restoring"), "");
        await installation.DoAsync("restored", "--since", "accept");
        await File.WriteAllTextAsync(Path.Combine(installation.DataFolder, "restoring"), "");
        await RestoreTests.ExpectAsync(installation, "did not finish: run it again", Serve);
        await installation.DoAsync("restored", "--from", old);
        await using var server = await installation.ServeAsync();
        await later.CheckAsync(server);
    }

    [Fact]
    public async Task A_log_beside_the_database_is_taken_in_only_on_request_and_only_if_the_pair_verifies()
    {
        using var installation = await TestInstallation.CreateAsync();
        var server = await installation.ServeAsync();
        using (var api = new Api(server.Url, installation.Token))
        {
            var (_, environment) = await api.CreateEnvironmentAsync("Log");
            await api.WriteAsync(environment, "KEY", "acknowledged");
        }

        await server.KillAsync();
        var log = installation.DatabaseFile + "-wal";
        var (database, written) = (await File.ReadAllBytesAsync(installation.DatabaseFile), await File.ReadAllBytesAsync(log));
        await RestoreTests.ExpectAsync(installation, $"{log} lies beside the database", "restored", "--since", "accept");
        Assert.Equal(written, await File.ReadAllBytesAsync(log));

        // The log of this database, played into another state of it.
        using var other = await TestInstallation.CreateAsync();
        await LaterData.MakeAsync(other);
        var strange = await File.ReadAllBytesAsync(other.DatabaseFile);
        await File.WriteAllBytesAsync(installation.DatabaseFile, strange);
        var refused = await installation.RunAsync("restored", "--since", "accept", "--with-wal");
        Assert.Equal(1, refused.ExitCode);
        Assert.Equal(strange, await File.ReadAllBytesAsync(installation.DatabaseFile));
        Assert.Equal(written, await File.ReadAllBytesAsync(log));

        await File.WriteAllBytesAsync(installation.DatabaseFile, database);
        await installation.DoAsync("restored", "--since", "accept", "--with-wal");
        Assert.False(File.Exists(log));
        await using var again = await installation.ServeAsync();
        using var after = new Api(again.Url, installation.Token);
        Assert.Contains(await after.ListAsync("/api/v1/audit?limit=100"), entry => (string)entry["action"]! == "secret.write");
    }

    [Fact]
    public async Task A_server_stops_when_somebody_sets_its_database_back()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("Back");
        await api.WriteAsync(environment, "KEY", "value");
        await Until.HoldsAsync("a checkpoint covers it", async () => long.Parse(
            (await RestoreTests.CheckpointAsync(server, installation)).Split('\n')[1], System.Globalization.CultureInfo.InvariantCulture) >= 4);
        SqliteFile.Run(installation.DatabaseFile, """
            DROP TRIGGER trail_segments_stay; DROP TRIGGER trail_segments_keep;
            DELETE FROM trail_segments WHERE workspace_id = 'acc_e2e' AND first_sequence > 2;
            DELETE FROM trail_checkpoints WHERE workspace_id = 'acc_e2e' AND size > 2;
            UPDATE trail_followers SET place = 2 WHERE workspace_id = 'acc_e2e' AND place > 2
            """);
        Assert.Equal(1, await server.WaitForExitAsync());
        Assert.Contains("run secronna-server restored", server.Log, StringComparison.Ordinal);
        await RestoreTests.ExpectAsync(installation, "run secronna-server restored", Serve);
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData(".aside-20260131T090000Z")]
    public async Task No_new_database_is_made_where_something_is_left_of_one(string left)
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        await File.WriteAllTextAsync(installation.DatabaseFile + left, "left");
        File.SetUnixFileMode(installation.DatabaseFile + left, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RestoreTests.ExpectAsync(installation, $"{left} is left of one", [.. Serve, "--migrate"]);
        Assert.False(File.Exists(installation.DatabaseFile));
    }

    [Fact]
    public async Task No_new_database_is_made_where_the_state_folder_has_checkpoints()
    {
        using var installation = await TestInstallation.CreateAsync();
        await LaterData.MakeAsync(installation);
        File.Delete(installation.DatabaseFile);
        await RestoreTests.ExpectAsync(installation, "the state folder has checkpoints of one", [.. Serve, "--migrate"]);
        Assert.False(File.Exists(installation.DatabaseFile));
    }

    [Fact]
    public async Task A_damaged_checkpoint_and_a_folder_that_cannot_be_used_are_named()
    {
        using var installation = await TestInstallation.CreateAsync();
        await LaterData.MakeAsync(installation);
        var note = Directory.GetFiles(installation.DataFolder, "*.note", SearchOption.AllDirectories)[0];
        await File.WriteAllTextAsync(note, "damaged");
        await RestoreTests.ExpectAsync(installation, note, Serve);
        installation.Environment["Secronna__StateFolder"] = note;
        await RestoreTests.ExpectAsync(installation, $"the state folder {note} can't be used", Serve);
    }

    [Fact]
    public async Task On_PostgreSQL_a_server_needs_a_state_folder_and_restored_reads_the_old_database()
    {
        var old = await cluster.Cluster.NewDatabaseAsync();
        using var installation = await TestInstallation.CreateAsync(old);
        var folder = installation.Environment["Secronna__StateFolder"];
        installation.Environment.Remove("Secronna__StateFolder");
        await RestoreTests.ExpectAsync(installation, "set Secronna__StateFolder", Serve);
        installation.Environment["Secronna__StateFolder"] = folder;

        var restored = "";
        var later = await LaterData.MakeAsync(
            installation, async _ => restored = await cluster.Cluster.NewDatabaseAsync(new NpgsqlConnectionStringBuilder(old).Database));
        installation.UsePostgres(restored);
        await RestoreTests.ExpectAsync(installation, "run secronna-server restored", Serve);
        await installation.DoAsync("restored", "--from", old);
        await using var server = await installation.ServeAsync();
        await later.CheckAsync(server);
    }
}
