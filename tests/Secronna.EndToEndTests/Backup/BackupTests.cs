using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Faults;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Backup;

/// <summary><c>backup FILE</c> makes a complete copy of the database while servers serve.</summary>
public sealed class BackupTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Backups_made_during_writes_are_complete_and_verify()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("Load");
        var ledger = new Ledger();
        using var load = new RequestLoad(server.Url, installation.Token, environment, ledger);
        for (var i = 1; i <= 3; i++)
        {
            var before = ledger.Writes;
            await Until.HoldsAsync("writes are acknowledged", () => ledger.Writes > before + 200);
            var acknowledged = ledger.Writes;
            var file = installation.Folder[$"copy-{i}.db"];
            await installation.DoAsync("backup", file);
            var verified = await installation.DoAsync("backup", "verify", file, "--json");
            Assert.InRange(Found(verified.Out, "versions"), acknowledged, long.MaxValue);
            Assert.Equal(0, Found(verified.Out, "problemCount"));
        }

        await load.StopAsync();
        Assert.Empty(load.Refused);
        Assert.Equal(0, load.Failures);
    }

    [Fact]
    public async Task A_backup_is_one_file_that_only_its_owner_can_read_and_contains_its_own_audit_entry()
    {
        using var installation = await TestInstallation.CreateAsync();
        using var folder = new TemporaryFolder();
        var file = folder["copy.db"];
        await installation.DoAsync("backup", file);
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
        Assert.Equal("delete", SqliteFile.One<string>(file, "PRAGMA journal_mode"));
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal("success " + file, SqliteFile.One<string>(
            file, "SELECT outcome || ' ' || name FROM audit_entries WHERE action = 'backup.create' AND workspace_id = ''"));
        Assert.Equal(["backup.create success"], await InstallationTrail.ReadAsync(installation));
    }

    [Fact]
    public async Task A_backup_needs_no_master_key()
    {
        using var installation = await TestInstallation.CreateAsync();
        File.Delete(installation.MasterKeyFile);
        installation.Environment.Remove("Secronna__MasterKey__File");
        await installation.DoAsync("backup", installation.Folder["copy.db"]);
    }

    [Fact]
    public async Task A_server_on_a_restored_backup_reveals_every_value_and_accepts_writes()
    {
        using var installation = await TestInstallation.CreateAsync();
        var sample = await SampleData.FillAsync(installation);
        var file = installation.Folder["copy.db"];
        await installation.DoAsync("backup", file);
        SqliteFile.Run(installation.DatabaseFile, "UPDATE secret_versions SET ciphertext = x'00', wrapped_data_key = x'00' WHERE kek_id IS NOT NULL");

        File.Delete(installation.DatabaseFile);
        File.Copy(file, installation.DatabaseFile);
        await using var server = await installation.ServeAsync();
        await sample.CheckAsync(server.Url);
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("After");
        Assert.Equal(201, (await api.WriteAsync(environment, "NEW", "value")).Status);
    }

    [Fact]
    public async Task A_backup_contains_nothing_of_a_secret_that_was_deleted_before_it()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("Deletion");
        var secret = await api.WriteAsync(environment, "SMALL", "of a page with others");
        var large = await api.WriteAsync(environment, "LARGE", new string('x', 60_000));
        byte[][] deleted =
        [
            .. await SealedAsync(installation, (string)secret.Data["id"]!), .. await SealedAsync(installation, (string)large.Data["id"]!),
        ];
        await installation.DoAsync("backup", installation.Folder["before.db"]);
        foreach (var answer in new[] { secret, large })
        {
            Assert.Equal(200, (await api.DeleteAsync($"/api/v1/secrets/{answer.Data["id"]}")).Status);
        }

        await installation.DoAsync("backup", installation.Folder["after.db"]);
        Assert.Equal(deleted.Length, await CountInAsync(installation.Folder["before.db"], deleted));
        Assert.Equal(0, await CountInAsync(installation.Folder["after.db"], deleted));
    }

    [Fact]
    public async Task An_existing_file_link_or_folder_is_never_overwritten()
    {
        using var installation = await TestInstallation.CreateAsync();
        var file = installation.Folder["copy.db"];
        await File.WriteAllTextAsync(file, "precious");
        var link = installation.Folder["link.db"];
        File.CreateSymbolicLink(link, installation.Folder["nothing"]);
        foreach (var name in new[] { file, link, installation.DatabaseFile, installation.Folder.Path })
        {
            var ended = await installation.RunAsync("backup", name);
            Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
            Assert.Contains($"{name} exists, and a backup never overwrites a file", ended.Error, StringComparison.Ordinal);
        }

        Assert.Equal("precious", await File.ReadAllTextAsync(file));
        Assert.Empty(await InstallationTrail.ReadAsync(installation));
    }

    [Fact]
    public async Task A_failed_backup_leaves_no_file_and_a_later_one_succeeds()
    {
        using var disk = await FaultyDisk.CreateAsync();
        using var installation = await TestInstallation.CreateAsync();
        using var folder = new TemporaryFolder();
        disk.UseFor(installation, "copy.db");
        disk.Break(FaultyDisk.DiskFull);
        await ExpectFailureAsync(installation, folder, "full");
        Assert.Equal(["backup.create success", "backup.create failed"], await InstallationTrail.ReadAsync(installation));

        disk.Mend(FaultyDisk.DiskFull);
        disk.Break(FaultyDisk.FsyncFails);
        await ExpectFailureAsync(installation, folder, "disk I/O error");

        disk.Mend(FaultyDisk.FsyncFails);
        await installation.DoAsync("backup", folder["copy.db"]);
        await installation.DoAsync("backup", "verify", folder["copy.db"]);
    }

    [Fact]
    public async Task A_missing_folder_is_named_in_the_error()
    {
        using var installation = await TestInstallation.CreateAsync();
        var ended = await installation.RunAsync("backup", installation.Folder["none/copy.db"]);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(installation.Folder["none/copy.db"], ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_installation_the_backup_is_refused()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        var ended = await installation.RunAsync("backup", installation.Folder["copy.db"]);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("no installation", ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(installation.Folder["copy.db"]));
    }

    [Fact]
    public async Task On_PostgreSQL_the_backup_is_refused_and_pg_dump_is_named()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        installation.UsePostgres("Host=127.0.0.1;Port=1;Database=any;Username=any");
        var ended = await installation.RunAsync("backup", installation.Folder["copy.db"]);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("pg_dump", ended.Error, StringComparison.Ordinal);
    }

    private static async Task ExpectFailureAsync(TestInstallation installation, TemporaryFolder folder, string reason)
    {
        var ended = await installation.RunAsync("backup", folder["copy.db"]);
        Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
        Assert.StartsWith("Error: ", ended.Error, StringComparison.Ordinal);
        Assert.Contains(reason, ended.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static long Found(string json, string name) => (long)JsonNode.Parse(json)!["verification"]![name]!;

    // Returns 32 bytes each of a secret's ciphertext and wrapped data key: few enough to be in one page.
    private static async Task<byte[][]> SealedAsync(TestInstallation installation, string secretId) =>
    [
        SqliteFile.One<byte[]>(
            installation.DatabaseFile, $"SELECT substr(ciphertext, 20, 32) FROM secret_versions WHERE secret_id = '{secretId}'"),
        SqliteFile.One<byte[]>(
            installation.DatabaseFile, $"SELECT substr(wrapped_data_key, 30, 32) FROM secret_versions WHERE secret_id = '{secretId}'"),
    ];

    private static async Task<int> CountInAsync(string file, byte[][] needles)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        return needles.Count(needle => bytes.AsSpan().IndexOf(needle) >= 0);
    }
}
