using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Faults;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Backup;

/// <summary><c>backup FILE</c>: a copy that can be relied on, made while servers serve.</summary>
public sealed class BackupTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Copies_made_while_writers_run_are_whole_and_verify()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("Load");
        var ledger = new Ledger();
        using var load = new Load(server.Url, installation.Token, environment, ledger);
        for (var i = 1; i <= 3; i++)
        {
            var before = ledger.Writes;
            await Until.HoldsAsync("writes are acknowledged", () => ledger.Writes > before + 200);
            var promised = ledger.Writes;
            var file = installation.Folder[$"copy-{i}.db"];
            await installation.DoAsync("backup", file);
            var verified = await installation.DoAsync("backup", "verify", file, "--json");
            Assert.InRange(Found(verified.Out, "versions"), promised, long.MaxValue);
            Assert.Equal(0, Found(verified.Out, "problemCount"));
        }

        await load.StopAsync();
        Assert.Empty(load.Refused);
        Assert.Equal(0, load.Failures);
    }

    [Fact]
    public async Task A_copy_is_one_file_for_its_owner_alone_and_has_the_entry_of_its_own_making()
    {
        using var installation = await TestInstallation.CreateAsync();
        using var folder = new TempFolder();
        var file = folder["copy.db"];
        await installation.DoAsync("backup", file);
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
        Assert.Equal("delete", await SqliteFile.OneAsync<string>(file, "PRAGMA journal_mode"));
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal("success " + file, await SqliteFile.OneAsync<string>(
            file, "SELECT outcome || ' ' || name FROM audit_entries WHERE action = 'backup.create' AND workspace_id = ''"));
        Assert.Equal(["backup.create success"], await InstallationTrail.ReadAsync(installation));
    }

    [Fact]
    public async Task A_copy_needs_no_master_key()
    {
        using var installation = await TestInstallation.CreateAsync();
        File.Delete(installation.MasterKeyFile);
        installation.Environment.Remove("Secronna__MasterKey__File");
        await installation.DoAsync("backup", installation.Folder["copy.db"]);
    }

    [Fact]
    public async Task A_restored_copy_serves_what_was_there_and_goes_on()
    {
        using var installation = await TestInstallation.CreateAsync();
        var sample = await Sample.FillAsync(installation);
        var file = installation.Folder["copy.db"];
        await installation.DoAsync("backup", file);
        await SqliteFile.RunAsync(installation.DatabaseFile, "UPDATE secret_versions SET ciphertext = x'00', wrapped_data_key = x'00' WHERE kek_id IS NOT NULL");

        File.Delete(installation.DatabaseFile);
        File.Copy(file, installation.DatabaseFile);
        await using var server = await installation.ServeAsync();
        await sample.CheckAsync(server.Url);
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("After");
        Assert.Equal(201, (await api.WriteAsync(environment, "NEW", "value")).Status);
    }

    [Fact]
    public async Task Nothing_of_a_deleted_secret_is_in_a_copy_made_after_its_deletion()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("Deletion");
        var secret = await api.WriteAsync(environment, "SMALL", "of a page with others");
        var large = await api.WriteAsync(environment, "LARGE", new string('x', 60_000));
        byte[][] gone =
        [
            .. await SealedAsync(installation, (string)secret.Data["id"]!), .. await SealedAsync(installation, (string)large.Data["id"]!),
        ];
        await installation.DoAsync("backup", installation.Folder["before.db"]);
        foreach (var answer in new[] { secret, large })
        {
            Assert.Equal(200, (await api.DeleteAsync($"/api/v1/secrets/{answer.Data["id"]}")).Status);
        }

        await installation.DoAsync("backup", installation.Folder["after.db"]);
        Assert.Equal(gone.Length, await CountInAsync(installation.Folder["before.db"], gone));
        Assert.Equal(0, await CountInAsync(installation.Folder["after.db"], gone));
    }

    [Fact]
    public async Task What_is_there_is_never_written_over()
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
    public async Task A_full_disk_leaves_nothing_behind_and_is_recorded()
    {
        using var disk = await FaultyDisk.CreateAsync();
        using var installation = await TestInstallation.CreateAsync();
        using var folder = new TempFolder();
        disk.PutUnder(installation, "copy.db");
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
    public async Task A_folder_that_is_not_there_is_named()
    {
        using var installation = await TestInstallation.CreateAsync();
        var ended = await installation.RunAsync("backup", installation.Folder["none/copy.db"]);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(installation.Folder["none/copy.db"], ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_there_is_no_installation_there_is_nothing_to_copy()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        var ended = await installation.RunAsync("backup", installation.Folder["copy.db"]);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("no installation", ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(installation.Folder["copy.db"]));
    }

    [Fact]
    public async Task PostgreSQL_is_backed_up_by_its_own_means()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        installation.UsePostgres("Host=127.0.0.1;Port=1;Database=any;Username=any");
        var ended = await installation.RunAsync("backup", installation.Folder["copy.db"]);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("pg_dump", ended.Error, StringComparison.Ordinal);
    }

    private static async Task ExpectFailureAsync(TestInstallation installation, TempFolder folder, string reason)
    {
        var ended = await installation.RunAsync("backup", folder["copy.db"]);
        Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
        Assert.StartsWith("Error: ", ended.Error, StringComparison.Ordinal);
        Assert.Contains(reason, ended.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static long Found(string json, string name) => (long)JsonNode.Parse(json)!["verification"]![name]!;

    // What is stored of a secret, cut to what surely stands in one page.
    private static async Task<byte[][]> SealedAsync(TestInstallation installation, string secretId) =>
    [
        await SqliteFile.OneAsync<byte[]>(
            installation.DatabaseFile, $"SELECT substr(ciphertext, 20, 32) FROM secret_versions WHERE secret_id = '{secretId}'"),
        await SqliteFile.OneAsync<byte[]>(
            installation.DatabaseFile, $"SELECT substr(wrapped_data_key, 30, 32) FROM secret_versions WHERE secret_id = '{secretId}'"),
    ];

    private static async Task<int> CountInAsync(string file, byte[][] needles)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        return needles.Count(needle => bytes.AsSpan().IndexOf(needle) >= 0);
    }
}
