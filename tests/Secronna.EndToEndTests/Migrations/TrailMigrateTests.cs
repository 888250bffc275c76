using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Secronna.EndToEndTests.Backup;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Migrations;

/// <summary>
/// <c>migrate</c> brings an installation with a trail of one row for each entry to segments. Its export stays the same, and
/// whatever was written opens.
/// </summary>
public sealed class TrailMigrateTests
{
    // Rows of an older trail, three of four with a time of their own.
    private const int ManyEntries = 60_000;

    private const string AddEntries = """
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < @count)
        INSERT INTO audit_entries (workspace_id, sequence, id, created_at, actor_type, actor_id, action, outcome, path, details)
        SELECT 'acc_e2e', w.audit_sequence + n, 'aud_many_' || n, w.audited_at + n - n % 4 / 3, 'api_key', 'key_many', 'secret.reveal', 'success',
            'web/production/KEY_' || n, CASE WHEN n % 5 = 0 THEN '{"keys":["' || n || '"]}' END
        FROM numbers, workspaces w WHERE w.id = 'acc_e2e'
        """;

    [Fact]
    public async Task Export_and_values_are_the_same_on_SQLite()
    {
        using var installation = await TestInstallation.CreateAsync();
        var sample = await SampleData.FillAsync(installation);
        var before = await ExportAsync(installation);
        await OlderInstallation.MakeAsync(installation);

        await ExpectRefusedAsync(installation);
        Assert.Contains("0012_trail", (await installation.DoAsync("migrate", "--dry-run")).Out, StringComparison.Ordinal);
        await installation.DoAsync("migrate");

        await ExpectMigratedAsync(installation, sample, before);
        await installation.DoAsync("backup", "verify", "--connection", SqliteFile.ConnectionString(installation.DatabaseFile));
    }

    [Fact]
    public async Task Export_and_values_are_the_same_on_PostgreSQL()
    {
        await using var cluster = await PostgresCluster.StartNewAsync();
        using var installation = await TestInstallation.CreateAsync();
        var sample = await SampleData.FillAsync(installation);
        SqliteFile.ForgetServers(installation.DatabaseFile);
        var (newer, older) = (await cluster.NewDatabaseAsync(), await cluster.NewDatabaseAsync());
        await installation.DoAsync("storage", "copy", "--to", newer);
        installation.UsePostgres(newer);
        // The copy began an epoch, which an older installation doesn't know.
        var before = (await ExportAsync(installation)).ConvertAll(line => Regex.Replace(line, "(\"metadata\":\\{)\"epoch\":[0-9]+,?", "$1"));
        await OlderInstallation.MakeAsync(newer, older);
        installation.UsePostgres(older);

        await ExpectRefusedAsync(installation);
        await installation.DoAsync("migrate");

        await ExpectMigratedAsync(installation, sample, before);
        await installation.DoAsync("backup", "verify", "--connection", older);
    }

    [Fact]
    public async Task A_backup_of_an_older_program_is_verified_and_not_changed()
    {
        using var installation = await TestInstallation.CreateAsync();
        var sample = await SampleData.FillAsync(installation);
        await OlderInstallation.MakeAsync(installation);
        var file = installation.Folder["older.db"];
        SqliteFile.One<long>(installation.DatabaseFile, "PRAGMA wal_checkpoint(TRUNCATE)");
        File.Copy(installation.DatabaseFile, file);
        await installation.DoAsync("migrate");

        var ended = await installation.DoAsync("backup", "verify", file);
        Assert.Contains($" {sample.Versions.Count} versions opened", ended.Out, StringComparison.Ordinal);
        Assert.Equal(11, SqliteFile.One<long>(file, "SELECT max(number) FROM schema_migrations"));
    }

    [Fact]
    public async Task A_killed_migration_goes_on_where_it_was()
    {
        using var installation = await TestInstallation.CreateAsync();
        await OlderInstallation.MakeAsync(installation);
        SqliteFile.Run(installation.DatabaseFile, AddEntries, ("@count", (long)ManyEntries));
        SqliteFile.Run(installation.DatabaseFile, $"UPDATE workspaces SET audit_sequence = audit_sequence + {ManyEntries}");
        var before = Entries(installation);
        long packed = 0;
        for (var kills = 0; kills < 3; kills++)
        {
            using var migration = new RunningCommand(installation, "migrate");
            await Until.HoldsAsync("a slice was packed", () => migration.HasExited || Packed(installation) > packed);
            Assert.False(migration.HasExited, "the migration ended before it could be killed");
            await migration.KillAsync();
            Assert.True(Packed(installation) > packed);
            packed = Packed(installation);
        }

        Assert.InRange(packed, 1, ManyEntries);
        await ExpectRefusedAsync(installation);
        await installation.DoAsync("migrate");
        Assert.Equal(before, Entries(installation));
    }

    [Fact]
    public async Task A_trail_with_a_gap_is_refused_and_the_message_says_where()
    {
        using var installation = await TestInstallation.CreateAsync();
        await OlderInstallation.MakeAsync(installation);
        SqliteFile.Run(installation.DatabaseFile, AddEntries, ("@count", 10L));
        SqliteFile.Run(
            installation.DatabaseFile, "DROP TRIGGER audit_entries_stay; DELETE FROM audit_entries WHERE workspace_id = 'acc_e2e' AND sequence = 7");
        for (var i = 0; i < 2; i++)
        {
            var ended = await installation.RunAsync("migrate");
            Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
            Assert.Equal(
                "Error: the audit entries of workspace 'acc_e2e' have a gap before number 8, so they can't be packed: restore a backup, or ask for help\n",
                ended.Error);
        }
    }

    private static async Task ExpectRefusedAsync(TestInstallation installation)
    {
        var ended = await installation.RunAsync("serve", "--urls", "http://127.0.0.1:0");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("run `secronna-server migrate`", ended.Error, StringComparison.Ordinal);
    }

    private static async Task ExpectMigratedAsync(TestInstallation installation, SampleData sample, List<string> before)
    {
        var after = await ExportAsync(installation);
        Assert.Equal(before, after.Where(line => !IsOfMigration(line)));
        var recorded = after.Where(IsOfMigration).Sum(line => (int)JsonNode.Parse(line)!["entry"]!["metadata"]!["count"]!);
        Assert.Equal(sample.Versions.Count, recorded);
        await using var server = await installation.ServeAsync();
        await sample.CheckAsync(server.Url);
        Assert.Equal(0, await server.StopAsync());
    }

    private static bool IsOfMigration(string line) => line.Contains("\"trail.migrate\"", StringComparison.Ordinal);

    private static async Task<List<string>> ExportAsync(TestInstallation installation) =>
        [.. (await installation.DoAsync("audit")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private static long Packed(TestInstallation installation)
    {
        using var direct = SqliteFile.ConnectDirectly(SqliteFile.ConnectionString(installation.DatabaseFile));
        return direct.One<long>("SELECT count(*) FROM sqlite_schema WHERE name = 'trail_segments'") == 0
            ? 0
            : direct.One<long>("SELECT coalesce(sum(count), 0) FROM trail_segments WHERE workspace_id = 'acc_e2e'");
    }

    private static List<string> Entries(TestInstallation installation)
    {
        using var direct = SqliteFile.ConnectDirectly(SqliteFile.ConnectionString(installation.DatabaseFile));
        return [.. direct.All("SELECT * FROM audit_entries WHERE action <> 'trail.migrate' ORDER BY workspace_id, sequence").Select(row => string.Join('|', row))];
    }
}
