using System.Security.Cryptography;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Backup;

/// <summary>An installation and a backup of it for all tests of <c>backup verify</c>. No test changes either.</summary>
public sealed class SampleBackup : IAsyncLifetime
{
    internal TestInstallation Installation { get; private set; } = null!;

    internal SampleData Sample { get; private set; } = null!;

    public string File => Installation.Folder["sample.db"];

    public async ValueTask InitializeAsync()
    {
        Installation = await TestInstallation.CreateAsync();
        Sample = await SampleData.FillAsync(Installation);
        await Installation.DoAsync("backup", File);
    }

    public ValueTask DisposeAsync()
    {
        Installation.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary><c>backup verify</c> counts what a backup contains, finds and names damage, and does not change the file.</summary>
public sealed class BackupVerifyTests(SampleBackup backup) : IClassFixture<SampleBackup>
{
    private const string OneSecret = "(SELECT id FROM secrets WHERE deleted_at IS NULL AND current_version = 4 ORDER BY id LIMIT 1)";

    [Fact]
    public async Task The_contents_of_a_backup_are_counted_and_the_file_is_not_changed()
    {
        var before = SHA256.HashData(await File.ReadAllBytesAsync(backup.File));
        var modified = File.GetLastWriteTimeUtc(backup.File);
        var scratch = ScratchFolders();
        var ended = await backup.Installation.DoAsync("backup", "verify", backup.File);
        Assert.Contains(
            $" {backup.Sample.Versions.Count} versions opened, {backup.Sample.DeletedSecrets.Count} deleted secrets, ",
            ended.Out, StringComparison.Ordinal);
        Assert.Contains("3 workspaces, 4 projects, 4 KEKs, 6 environments, ", ended.Out, StringComparison.Ordinal);
        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(backup.File)));
        Assert.Equal(modified, File.GetLastWriteTimeUtc(backup.File));
        Assert.False(File.Exists(backup.File + "-wal"));
        Assert.Equal(scratch, ScratchFolders());
    }

    [Theory]
    [InlineData("UPDATE secrets SET current_version = 3 WHERE id = " + OneSecret, "points to version 3, but its last version is 4")]
    [InlineData("UPDATE secrets SET current_version = 5 WHERE id = " + OneSecret, "points to version 5, but its last version is 4")]
    [InlineData("DELETE FROM secret_versions WHERE version = 2 AND secret_id = " + OneSecret, "version 2 of secret @secret is missing")]
    [InlineData("DELETE FROM secret_versions WHERE version < 4 AND secret_id = " + OneSecret, "versions 1 to 3 of secret @secret are missing")]
    [InlineData("DELETE FROM secret_versions WHERE version = 4 AND secret_id = " + OneSecret, "secret @secret points to version 4, but its last version is 3")]
    [InlineData("UPDATE secret_versions SET kek_id = NULL, wrapped_data_key = NULL, ciphertext = NULL, tag = NULL WHERE version = 4 AND secret_id = " + OneSecret, "version 4 of secret @secret has no sealed value")]
    [InlineData("UPDATE secret_versions SET tag = zeroblob(16) WHERE version = 3 AND secret_id = " + OneSecret, "version 3 of secret @secret has a tag that is not the tag of its ciphertext")]
    [InlineData("UPDATE secret_versions SET version = -1 - version WHERE secret_id = " + OneSecret + "; UPDATE secret_versions SET version = CASE version WHEN -2 THEN 2 WHEN -3 THEN 1 ELSE -1 - version END WHERE version < 0", "version 1 of secret @secret does not open")]
    [InlineData("UPDATE secret_versions SET kek_id = 'kek_00000000000000000000000000' WHERE version = 3 AND secret_id = " + OneSecret, "version 3 of secret @secret does not open")]
    [InlineData("UPDATE secret_versions SET kek_id = 'no id' WHERE version = 3 AND secret_id = " + OneSecret, "version 3 of secret @secret does not open")]
    [InlineData("UPDATE secret_versions SET version = 4000000000 WHERE version = 4 AND secret_id = " + OneSecret, "versions 4 to 3999999999 of secret @secret are missing")]
    [InlineData("UPDATE secrets SET workspace_id = 'acc_denied' WHERE id = " + OneSecret, "secret @secret names another workspace")]
    [InlineData("UPDATE secrets SET environment_id = (SELECT id FROM environments WHERE secret_count = 0 LIMIT 1) WHERE id = " + OneSecret, "version 1 of secret @secret does not open")]
    [InlineData("UPDATE environments SET secret_count = secret_count + 1 WHERE id = (SELECT max(id) FROM environments)", "counts 1 secrets but has 0")]
    [InlineData("UPDATE project_keys SET state = 'retiring' WHERE id = (SELECT max(id) FROM project_keys)", "has no active KEK")]
    [InlineData("UPDATE project_keys SET wrapped_key = zeroblob(length(wrapped_key)) WHERE id = (SELECT max(id) FROM project_keys)", "does not unwrap with master key")]
    [InlineData("UPDATE secret_versions SET (kek_id, wrapped_data_key, ciphertext, tag) = ('kek', x'01', x'02', x'02') WHERE version = 1 AND secret_id = (SELECT min(id) FROM secrets WHERE deleted_at IS NOT NULL)", "is deleted, and 1 of its versions still hold a sealed value")]
    [InlineData("DELETE FROM secret_changes WHERE version = 2 AND secret_id = " + OneSecret, "the history of secret @secret does not match its versions")]
    [InlineData("DELETE FROM secret_changes WHERE version IS NULL", "the history of secret")]
    [InlineData("UPDATE secret_changes SET version = 1 WHERE version = 2 AND secret_id = " + OneSecret, "the history of secret @secret does not match its versions")]
    [InlineData("UPDATE secret_changes SET instant = instant + 1 WHERE version = 4 AND secret_id = " + OneSecret, "the history of secret @secret does not match its versions")]
    [InlineData("UPDATE secret_changes SET environment_id = (SELECT id FROM environments WHERE secret_count = 0 LIMIT 1) WHERE version = 1 AND secret_id = " + OneSecret, "the history of secret @secret does not match its versions")]
    [InlineData("INSERT INTO secret_changes (environment_id, instant, secret_id, version) SELECT environment_id, instant + 1, secret_id, NULL FROM secret_changes WHERE version = 4 AND secret_id = " + OneSecret, "the history of secret @secret does not match its versions")]
    [InlineData("UPDATE secrets SET created_at = created_at + 1 WHERE id = " + OneSecret, "the history of secret @secret does not match its versions")]
    [InlineData("UPDATE secrets SET deleted_at = deleted_at + 1 WHERE deleted_at IS NOT NULL", "the history of secret")]
    [InlineData("DELETE FROM secrets WHERE id = " + OneSecret, "a row of secret_versions refers to a row of secrets that does not exist")]
    public async Task Each_kind_of_damage_is_named(string damage, string problem)
    {
        using var folder = new TemporaryFolder();
        var file = Copy(folder);
        var secret = SqliteFile.One<string>(file, "SELECT " + OneSecret);
        SqliteFile.Run(file, damage);
        await ExpectProblemAsync(file, problem.Replace("@secret", secret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ciphertext")]
    [InlineData("wrapped_data_key")]
    public async Task A_flipped_bit_is_reported_for_the_version_that_it_is_in(string column)
    {
        using var folder = new TemporaryFolder();
        var file = Copy(folder);
        var secret = SqliteFile.One<string>(file, "SELECT " + OneSecret);
        var where = $" FROM secret_versions WHERE version = 2 AND secret_id = '{secret}'";
        var bytes = SqliteFile.One<byte[]>(file, $"SELECT {column}{where}");
        bytes[^1] ^= 1;
        SqliteFile.Run(
            file, $"UPDATE secret_versions SET {column} = $bytes WHERE version = 2 AND secret_id = '{secret}'", ("$bytes", bytes));
        await ExpectProblemAsync(file, $"version 2 of secret {secret} does not open");
    }

    [Fact]
    public async Task Many_problems_are_counted_and_the_first_twenty_are_named()
    {
        using var folder = new TemporaryFolder();
        var file = Copy(folder);
        SqliteFile.Run(file, "UPDATE secret_versions SET ciphertext = zeroblob(100) WHERE ciphertext IS NOT NULL");
        var ended = await RunAsync(file);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"{backup.Sample.Versions.Count} problem(s)", ended.Error, StringComparison.Ordinal);
        Assert.Contains($"and {backup.Sample.Versions.Count - 20} more", ended.Error, StringComparison.Ordinal);
        Assert.Equal(22, ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Overwritten_pages_are_reported_as_damage_of_the_file()
    {
        using var folder = new TemporaryFolder();
        var file = Copy(folder);
        await using (var stream = File.OpenWrite(file))
        {
            stream.Seek(stream.Length / 2, SeekOrigin.Begin);
            await stream.WriteAsync(new byte[16 * 4_096]);
        }

        var ended = await RunAsync(file);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"problem(s) in {file}:\nthe file is damaged: ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_empty_missing_or_not_a_database_is_refused_and_named()
    {
        using var folder = new TemporaryFolder();
        var file = folder["other.db"];
        await File.WriteAllTextAsync(file, "no database, however long it may be");
        var ended = await RunAsync(file);
        Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
        Assert.Contains(file, ended.Error, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(file, []);
        Assert.Contains($"no installation in {file}", (await RunAsync(file)).Error, StringComparison.Ordinal);
        Assert.Contains("there is no file", (await RunAsync(folder["none.db"])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_master_key_is_named_with_the_keys_that_were_found()
    {
        using var other = await TestInstallation.CreateOtherAsync();
        var needed = SqliteFile.One<string>(backup.File, "SELECT active_master_key_id FROM installation");
        var found = SqliteFile.One<string>(other.DatabaseFile, "SELECT active_master_key_id FROM installation");
        var ended = await other.RunAsync("backup", "verify", backup.File);
        Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
        Assert.Equal($"Error: master key: the database needs the key with the id {needed}; found: {found}\n", ended.Error);
        Assert.Empty(await InstallationTrail.ReadAsync(other));
    }

    [Fact]
    public async Task Another_master_key_under_the_right_id_is_refused()
    {
        using var other = TestInstallation.CreateEmpty();
        var needed = SqliteFile.One<string>(backup.File, "SELECT active_master_key_id FROM installation");
        await other.DoAsync("master-key", "generate", "--id", needed);
        var ended = await other.RunAsync("backup", "verify", backup.File);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"the key that was found under the id {needed} is not the one", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verification_is_recorded_before_values_are_opened_and_again_when_there_are_problems()
    {
        using var own = await TestInstallation.CreateAsync();
        var file = own.Folder["copy.db"];
        await own.DoAsync("backup", file);
        await own.DoAsync("backup", "verify", file);
        SqliteFile.Run(file, "INSERT INTO trail_segments SELECT 'acc_none', 1, count, at, format, entries FROM trail_segments LIMIT 1");
        Assert.Equal(1, (await own.RunAsync("backup", "verify", file)).ExitCode);
        Assert.Equal(
            ["backup.create success", "backup.verify success", "backup.verify success", "backup.verify failed"],
            await InstallationTrail.ReadAsync(own));
    }

    [Fact]
    public async Task Nothing_is_opened_if_the_verification_cannot_be_recorded()
    {
        using var elsewhere = TestInstallation.CreateEmpty();
        File.Copy(backup.Installation.MasterKeyFile, elsewhere.MasterKeyFile);
        var ended = await elsewhere.RunAsync("backup", "verify", backup.File);
        Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
        Assert.Contains("--connection", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restored_database_is_verified_in_place_and_records_the_verification()
    {
        using var elsewhere = TestInstallation.CreateEmpty();
        File.Copy(backup.Installation.MasterKeyFile, elsewhere.MasterKeyFile);
        File.Copy(backup.File, elsewhere.DatabaseFile);
        elsewhere.Environment.Remove("Secronna__DataFolder");
        var ended = await elsewhere.DoAsync("backup", "verify", "--connection", SqliteFile.ConnectionString(elsewhere.DatabaseFile));
        Assert.Contains($" {backup.Sample.Versions.Count} versions opened", ended.Out, StringComparison.Ordinal);
        Assert.Equal("success", SqliteFile.One<string>(
            elsewhere.DatabaseFile, "SELECT outcome FROM audit_entries WHERE workspace_id = '' AND action = 'backup.verify'"));
    }

    [Fact]
    public async Task The_file_of_a_running_server_is_refused_as_a_backup_and_verified_as_a_database()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        // Sometimes the server has just emptied its write-ahead log; the file is as good as a backup then.
        var ended = new Ended(0, "", "");
        await Until.HoldsAsync(
            "verify refuses the file because of its write-ahead log",
            async () => (ended = await installation.RunAsync("backup", "verify", installation.DatabaseFile)).ExitCode == 1);
        Assert.Contains("--connection", ended.Error, StringComparison.Ordinal);
        await installation.DoAsync("backup", "verify", "--connection", SqliteFile.ConnectionString(installation.DatabaseFile));
    }

    private string Copy(TemporaryFolder folder)
    {
        File.Copy(backup.File, folder["copy.db"]);
        return folder["copy.db"];
    }

    private Task<Ended> RunAsync(string file) => backup.Installation.RunAsync("backup", "verify", file);

    private async Task ExpectProblemAsync(string file, string problem)
    {
        var ended = await RunAsync(file);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"problem(s) in {file}:", ended.Error, StringComparison.Ordinal);
        Assert.Contains(problem, ended.Error, StringComparison.Ordinal);
    }

    private static string[] ScratchFolders() => Directory.GetDirectories(Path.GetTempPath(), "secronna-verify-*");
}
