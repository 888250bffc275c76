using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Backup;

/// <summary><c>restore</c> puts a backup in place, without giving back what was taken away since.</summary>
public sealed class RestoreTests
{
    [Fact]
    public async Task A_backup_is_put_in_place_and_what_was_taken_away_since_stays_away()
    {
        using var installation = await TestInstallation.CreateAsync();
        var later = await LaterData.MakeAsync(installation);
        var ended = await installation.DoAsync("restore", later.Backup, "--reason", "disk died", "--json");

        var line = JsonNode.Parse(ended.Out)!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(installation.DatabaseFile));
        var aside = (string)line["movedAside"]!;
        Assert.StartsWith(installation.DatabaseFile + ".aside-", aside, StringComparison.Ordinal);
        Assert.Equal([installation.DatabaseFile, aside], Files(installation));
        Assert.Equal(["acc_denied", "acc_e2e", "acc_later"], line["trails"]!.AsArray().Where(trail => (long)trail!["lostEntries"]! > 0 && trail["workspaceId"] is not null)
            .Select(trail => (string)trail!["workspaceId"]!));
        Assert.Contains("of " + later.DestroyedPath, (string)Assert.Single(line["left"]!.AsArray())!, StringComparison.Ordinal);

        await using var server = await installation.ServeAsync();
        await later.CheckAsync(server);
        using var api = new Api(server.Url, installation.Token);
        var trail = await api.ListAsync("/api/v1/audit?limit=1000");
        var epoch = trail.Single(entry => (string)entry["action"]! == "trail.epoch");
        Assert.Equal(("disk died", "operator"), ((string)epoch["reason"]!, (string)epoch["actorType"]!));
        Assert.All(trail, entry => Assert.Equal(
            (long)entry["sequence"]! >= (long)epoch["sequence"]! ? (long?)epoch["metadata"]!["epoch"] : null, (long?)entry["metadata"]!["epoch"]));
        await Until.HoldsAsync("there is a checkpoint of the new epoch", async () =>
            (await CheckpointAsync(server, installation)).StartsWith($"secronna/{later.InstallationId}/acc_e2e/{epoch["metadata"]!["epoch"]}\n", StringComparison.Ordinal));
        Assert.Contains("backup.restore success", await InstallationTrail.ReadAsync(installation));
    }

    [Fact]
    public async Task While_a_server_runs_nothing_is_restored()
    {
        using var installation = await TestInstallation.CreateAsync();
        await installation.DoAsync("backup", installation.Folder["copy.db"]);
        await using var server = await installation.ServeAsync();
        await ExpectAsync(installation, "a server runs on", "restore", installation.Folder["copy.db"]);
        await ExpectAsync(installation, "a server runs on", "restored", "--since", "accept", "--with-wal");
        Assert.Equal([installation.DatabaseFile], Files(installation).Where(file => !file.EndsWith("-wal", StringComparison.Ordinal) && !file.EndsWith("-shm", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_restore_that_was_killed_anywhere_is_finished_by_the_next_one()
    {
        using var installation = await TestInstallation.CreateAsync();
        var later = await LaterData.MakeAsync(installation);
        for (var delay = 100; delay < 1_500; delay += Rounds.Of(400, 50))
        {
            using var restore = new RunningCommand(installation, "restore", later.Backup);
            await Task.WhenAny(restore.EndAsync(), Task.Delay(delay));
            await restore.KillAsync();
        }

        // Killed between moving the old database aside and putting the copy in place.
        if (File.Exists(installation.DatabaseFile))
        {
            File.Move(installation.DatabaseFile, installation.DatabaseFile + ".aside-20990101T000000Z");
        }

        await File.WriteAllTextAsync(installation.DatabaseFile + ".restoring", "half");
        await File.WriteAllTextAsync(installation.DatabaseFile + ".restoring-wal", "half");
        await ExpectAsync(installation, "the state folder has checkpoints of one", "serve", "--migrate", "--urls", "http://127.0.0.1:0");
        await installation.DoAsync("restore", later.Backup);
        Assert.DoesNotContain(Files(installation), file => file.Contains(".restoring", StringComparison.Ordinal));
        await using var server = await installation.ServeAsync();
        await later.CheckAsync(server);
    }

    [Fact]
    public async Task Where_the_old_database_is_gone_older_than_the_backup_or_damaged_the_operator_must_choose()
    {
        using var installation = await TestInstallation.CreateAsync();
        var later = await LaterData.MakeAsync(installation);
        var old = await File.ReadAllBytesAsync(installation.DatabaseFile);
        File.Copy(later.Backup, installation.DatabaseFile, overwrite: true);
        await ExpectAsync(installation, "lacks entries that are known to have been there", "restore", later.Backup);
        await File.WriteAllBytesAsync(installation.DatabaseFile, [.. old.Take(20_000)]);
        await ExpectAsync(installation, "nothing says what was revoked", "restore", later.Backup);
        File.Delete(installation.DatabaseFile);
        var refused = await ExpectAsync(installation, "nothing says what was revoked", "restore", later.Backup);
        Assert.Contains(later.RevokedKeyId, refused, StringComparison.Ordinal);
        Assert.Empty(Files(installation));

        await installation.DoAsync("restore", later.Backup, "--since", "suspend");
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        Assert.Equal(401, (await api.GetAsync("/api/v1/projects")).Status);
    }

    [Fact]
    public async Task Files_that_are_no_backups_and_databases_of_other_installations_are_refused()
    {
        using var installation = await TestInstallation.CreateAsync();
        using var other = await TestInstallation.CreateOtherAsync();
        await other.DoAsync("backup", other.Folder["copy.db"]);
        File.Copy(other.MasterKeyFile, installation.MasterKeyFile, overwrite: true);
        await ExpectAsync(installation, "is not the database of the installation that was backed up", "restore", other.Folder["copy.db"]);
        var empty = installation.Folder["empty.db"];
        await File.WriteAllBytesAsync(empty, []);
        await ExpectAsync(installation, "there is no installation in " + empty, "restore", empty);
        await ExpectAsync(installation, "there is no file", "restore", installation.Folder["none.db"]);
        var log = installation.Folder["copy.db-wal"];
        await File.WriteAllTextAsync(log, "log");
        await File.WriteAllTextAsync(installation.Folder["copy.db"], "database");
        await ExpectAsync(installation, "holds acknowledged writes", "restore", installation.Folder["copy.db"]);
        Assert.Equal([installation.DatabaseFile], Files(installation));
    }

    [Fact]
    public async Task Two_restores_at_once_do_not_write_to_one_copy_and_further_ones_keep_each_old_database()
    {
        using var installation = await TestInstallation.CreateAsync();
        await installation.DoAsync("backup", installation.Folder["copy.db"]);
        using (new FileStream(installation.DatabaseFile + ".restoring", FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            await ExpectAsync(installation, "If another restore runs, wait for it", "restore", installation.Folder["copy.db"]);
        }

        // The clock may go back, and two restores may end in one second. The names keep their order.
        var future = installation.DatabaseFile + ".aside-20990101T000000Z";
        await File.WriteAllTextAsync(future, "older");
        await installation.DoAsync("restore", installation.Folder["copy.db"], "--since", "accept");
        await installation.DoAsync("restore", installation.Folder["copy.db"], "--since", "accept");
        Assert.Equal(
            [installation.DatabaseFile, future, installation.DatabaseFile + ".aside-20990101T000001Z", installation.DatabaseFile + ".aside-20990101T000002Z"],
            Files(installation));
    }

    /// <summary>Runs a command that must fail, and returns what it said.</summary>
    internal static async Task<string> ExpectAsync(TestInstallation installation, string reason, params string[] arguments)
    {
        var ended = await installation.RunAsync(arguments);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(reason, ended.Error, StringComparison.Ordinal);
        return ended.Error;
    }

    internal static async Task<string> CheckpointAsync(RunningServer server, TestInstallation installation)
    {
        using var client = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", installation.Token) } };
        using var answer = await client.GetAsync(new Uri(server.Url + "/api/v1/audit/checkpoint"));
        return await answer.Content.ReadAsStringAsync();
    }

    private static List<string> Files(TestInstallation installation) =>
        [.. Directory.GetFiles(installation.DataFolder).Order(StringComparer.Ordinal)];
}
