using System.Text.Json.Nodes;
using Npgsql;
using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Backup;

/// <summary>A PostgreSQL cluster for all tests of <c>storage copy</c>.</summary>
public sealed class StorageCopyCluster : IAsyncLifetime
{
    internal PostgresCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await PostgresCluster.StartNewAsync();

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}

/// <summary><c>storage copy</c> copies an installation to a database of either engine, completely or not at all.</summary>
public sealed class StorageCopyTests(StorageCopyCluster cluster) : IClassFixture<StorageCopyCluster>
{
    // Rows of tables that the sample data may leave empty. No server works on the trail of a workspace that does not exist.
    private const string FillOtherTables = """
        INSERT INTO idempotency_keys (id, body_hash, answer, created_at) VALUES (x'00ff', x'', '{}', 1);
        INSERT INTO trail_followers (workspace_id, follower, place, holder, held_until) VALUES ('acc_none', 'index', 9, 'node', 1);
        INSERT INTO trail_index_runs (workspace_id, last_sequence, level, first_sequence, state) VALUES ('acc_none', 9, 0, 1, 'live');
        INSERT INTO trail_index_pages (workspace_id, last_sequence, level, first_term, first_sequence, postings)
            VALUES ('acc_none', 9, 0, x'00ff', 1, x'ff00');
        INSERT INTO secret_reads (workspace_id, secret_id, last_at, actor_type, actor_id, subject, readers) VALUES ('acc_none', 'sec', 1, 'user', 'u', '', 2);
        INSERT INTO secret_readers (workspace_id, secret_id, actor_type, actor_id, subject, first_at, first_sequence, last_at, last_reveal_day)
            VALUES ('acc_none', 'sec', 'user', 'u', '', 1, 2, 3, NULL);
        INSERT INTO secret_read_days (workspace_id, secret_id, day, count, readers) VALUES ('acc_none', 'sec', 1, 2, 3);
        INSERT INTO secret_read_versions (workspace_id, secret_id, day, version, count) VALUES ('acc_none', 'sec', 1, 2, 3);
        INSERT INTO read_slices (workspace_id, last_sequence, stored) VALUES ('acc_none', 9, 250)
        """;

    // The advisory lock at which a trigger makes the copy wait until the test releases it.
    private const int GateLock = 4_711;

    // A tree takes 256 entries to have a tile, a restored database to have an epoch, and a rotation to have an announcement.
    private const string InsertTree = """
        INSERT INTO log_key_announcements (key_number, workspace_id, sequence, note) VALUES (2, 'acc_none', 1, 'note');
        INSERT INTO trail_epochs (workspace_id, epoch, began_at_sequence) VALUES ('acc_none', 2, 1);
        INSERT INTO trail_tiles (workspace_id, level, tile_index, hashes) VALUES ('acc_none', 1, 0, x'01');
        INSERT INTO trail_checkpoints (workspace_id, epoch, size, at, root, note) VALUES ('acc_none', 2, 1, 1, x'02', 'note')
        """;

    private const string CloseGate = """
        CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$;
        CREATE TRIGGER gate BEFORE INSERT ON secret_versions FOR EACH ROW EXECUTE FUNCTION wait_at_gate()
        """;

    [Fact]
    public async Task An_installation_is_copied_to_PostgreSQL_and_back_with_every_row_and_is_served_from_each_copy()
    {
        using var installation = await TestInstallation.CreateAsync();
        var sample = await SampleData.FillAsync(installation);
        SqliteFile.Run(installation.DatabaseFile, FillOtherTables);
        SqliteFile.Run(installation.DatabaseFile, InsertTree);
        SqliteFile.ForgetServers(installation.DatabaseFile);

        var postgres = await cluster.Cluster.NewDatabaseAsync();
        var copied = await installation.DoAsync("storage", "copy", "--to", postgres, "--json");
        var before = await DatabaseContents.ReadSqliteAsync(installation.DatabaseFile);
        AssertCopied(before, await DatabaseContents.ReadPostgresAsync(postgres));
        // Every table must have rows, or the comparison says nothing about it: fill new tables above. Servers remove their rows
        // from the table of nodes when they end.
        Assert.All(before.Where(table => table.Key != "nodes"), table => Assert.True(table.Value.Count > 1, $"{table.Key} has no row"));
        Assert.Equal(
            before.Sum(table => table.Value.Count - 1L),
            JsonNode.Parse(copied.Out)!["tables"]!.AsArray().Sum(table => (long)table!["rows"]!));

        await ServeOnPostgresAsync(installation, postgres, sample);

        var file = installation.Folder["back.db"];
        await cluster.Cluster.ExecuteAsync(Name(postgres), "UPDATE installation SET probed_at = 0");
        await installation.DoAsync("storage", "copy", "--to", SqliteFile.ConnectionString(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.False(File.Exists(file + "-wal"));
        AssertCopied(await DatabaseContents.ReadPostgresAsync(postgres), await DatabaseContents.ReadSqliteAsync(file));

        installation.Environment.Remove("Secronna__Storage__Provider");
        installation.Environment["Secronna__Storage__ConnectionString"] = SqliteFile.ConnectionString(file);
        await using var server = await installation.ServeAsync();
        await sample.CheckAsync(server.Url);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_installation_is_copied_within_an_engine_too(bool toPostgres)
    {
        using var installation = await TestInstallation.CreateAsync();
        SqliteFile.ForgetServers(installation.DatabaseFile);
        var file = installation.Folder["moved.db"];
        if (!toPostgres)
        {
            await installation.DoAsync("storage", "copy", "--to", SqliteFile.ConnectionString(file));
            AssertCopied(await DatabaseContents.ReadSqliteAsync(installation.DatabaseFile), await DatabaseContents.ReadSqliteAsync(file));
            return;
        }

        var first = await cluster.Cluster.NewDatabaseAsync();
        var second = await cluster.Cluster.NewDatabaseAsync();
        await installation.DoAsync("storage", "copy", "--to", first);
        installation.UsePostgres(first);
        await installation.DoAsync("storage", "copy", "--to", second);
        AssertCopied(await DatabaseContents.ReadPostgresAsync(first), await DatabaseContents.ReadPostgresAsync(second));
        await installation.DoAsync("backup", "verify", "--connection", second);
        Assert.Equal(
            ["storage.copy success", "trail.epoch success", "storage.copy success", "backup.verify success"],
            await InstallationTrail.ReadAsync(installation));
    }

    [Fact]
    public async Task A_killed_copy_to_PostgreSQL_leaves_the_target_empty_and_the_next_copy_succeeds()
    {
        using var installation = await TestInstallation.CreateAsync();
        await SampleData.FillAsync(installation);
        SqliteFile.ForgetServers(installation.DatabaseFile);
        var postgres = await NewMigratedAsync(installation);
        await cluster.Cluster.ExecuteAsync(Name(postgres), CloseGate);
        await using (await HoldGateAsync(postgres))
        {
            using var copy = new RunningCommand(installation, "storage", "copy", "--to", postgres);
            await WaitAtGateAsync(postgres, copy);
            await copy.KillAsync();
        }

        await cluster.Cluster.ExecuteAsync(Name(postgres), "DROP TRIGGER gate ON secret_versions");
        await Until.HoldsAsync("PostgreSQL noticed", async () => await WaitingAsync(postgres) == 0);
        Assert.All(await DatabaseContents.ReadPostgresAsync(postgres), table => Assert.Single(table.Value));
        await installation.DoAsync("storage", "copy", "--to", postgres);
        Assert.Equal(
            ["storage.copy success", "storage.copy success"], await InstallationTrail.ReadAsync(installation));
        AssertCopied(await DatabaseContents.ReadSqliteAsync(installation.DatabaseFile), await DatabaseContents.ReadPostgresAsync(postgres));
    }

    [Fact]
    public async Task A_killed_copy_to_a_file_leaves_the_target_empty_and_the_next_copy_succeeds()
    {
        using var installation = await TestInstallation.CreateAsync();
        await FillWithLargeValuesAsync(installation);
        SqliteFile.ForgetServers(installation.DatabaseFile);
        var file = installation.Folder["target.db"];
        using (var copy = new RunningCommand(installation, "storage", "copy", "--to", SqliteFile.ConnectionString(file)))
        {
            // SQLite's cache is full, so that uncommitted rows are in the write-ahead log.
            await Until.HoldsAsync("rows are being written", () =>
                copy.HasExited || new FileInfo(file + "-wal") is { Exists: true, Length: > 4_000_000 });
            Assert.False(copy.HasExited, "the copy ended before it could be killed");
            await copy.KillAsync();
        }

        Assert.All(await DatabaseContents.ReadSqliteAsync(file), table => Assert.Single(table.Value));
        await installation.DoAsync("storage", "copy", "--to", SqliteFile.ConnectionString(file));
        AssertCopied(await DatabaseContents.ReadSqliteAsync(installation.DatabaseFile), await DatabaseContents.ReadSqliteAsync(file));
    }

    [Fact]
    public async Task Of_two_copies_to_one_target_the_second_is_refused_and_no_row_is_copied_twice()
    {
        using var installation = await TestInstallation.CreateAsync();
        await SampleData.FillAsync(installation);
        SqliteFile.ForgetServers(installation.DatabaseFile);
        var postgres = await NewMigratedAsync(installation);
        await cluster.Cluster.ExecuteAsync(Name(postgres), CloseGate);
        using var first = new RunningCommand(installation, "storage", "copy", "--to", postgres);
        await using (await HoldGateAsync(postgres))
        {
            await WaitAtGateAsync(postgres, first);
            var second = await installation.RunAsync("storage", "copy", "--to", postgres);
            Assert.Equal((1, ""), (second.ExitCode, second.Out));
            Assert.Contains("the target is in use", second.Error, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await first.EndAsync()).ExitCode);
        Assert.Equal(["storage.copy success"], await InstallationTrail.ReadAsync(installation));
        AssertCopied(await DatabaseContents.ReadSqliteAsync(installation.DatabaseFile), await DatabaseContents.ReadPostgresAsync(postgres));
    }

    [Fact]
    public async Task A_source_with_a_running_server_is_refused_and_copied_after_the_server_stopped()
    {
        using var installation = await TestInstallation.CreateAsync();
        var to = SqliteFile.ConnectionString(installation.Folder["target.db"]);
        await using (var server = await installation.ServeAsync())
        {
            var ended = await installation.RunAsync("storage", "copy", "--to", to);
            Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
            Assert.Contains("a server runs on", ended.Error, StringComparison.Ordinal);
            Assert.False(File.Exists(installation.Folder["target.db"]));
        }

        await installation.DoAsync("storage", "copy", "--to", to);
        Assert.Equal(["storage.copy success"], await InstallationTrail.ReadAsync(installation));
    }

    [Fact]
    public async Task A_target_that_is_not_empty_or_is_the_source_is_refused_and_not_changed()
    {
        using var installation = await TestInstallation.CreateAsync();
        using var other = await TestInstallation.CreateOtherAsync();
        var before = await DatabaseContents.ReadSqliteAsync(other.DatabaseFile);
        SqliteFile.ForgetServers(installation.DatabaseFile);
        await ExpectRefusedAsync(installation, SqliteFile.ConnectionString(other.DatabaseFile), "not empty");
        await ExpectRefusedAsync(installation, SqliteFile.ConnectionString(installation.DatabaseFile), "the target is the source");
        await ExpectRefusedAsync(installation, "nonsense", "connection string");
        await ExpectRefusedAsync(installation, "Host=127.0.0.1;Port=1;Database=x;Username=x", "no connection to PostgreSQL");
        Assert.Equal(before, await DatabaseContents.ReadSqliteAsync(other.DatabaseFile));
        Assert.Empty(await InstallationTrail.ReadAsync(installation));
    }

    [Fact]
    public async Task Without_the_master_key_nothing_is_copied()
    {
        using var installation = await TestInstallation.CreateAsync();
        SqliteFile.ForgetServers(installation.DatabaseFile);
        File.Delete(installation.MasterKeyFile);
        await installation.DoAsync("master-key", "generate");
        await ExpectRefusedAsync(installation, SqliteFile.ConnectionString(installation.Folder["target.db"]), "master key");
        Assert.False(File.Exists(installation.Folder["target.db"]));
    }

    [Fact]
    public async Task A_copy_that_does_not_verify_is_removed_and_recorded_as_failed()
    {
        using var installation = await TestInstallation.CreateAsync();
        await SampleData.FillAsync(installation);
        SqliteFile.ForgetServers(installation.DatabaseFile);
        SqliteFile.Run(
            installation.DatabaseFile, "UPDATE secret_versions SET ciphertext = zeroblob(99) WHERE version = 2 AND kek_id IS NOT NULL");
        var postgres = await cluster.Cluster.NewDatabaseAsync();
        await ExpectRefusedAsync(installation, postgres, "does not open");
        Assert.All(await DatabaseContents.ReadPostgresAsync(postgres), table => Assert.Single(table.Value));
        Assert.Equal(["storage.copy success", "storage.copy failed"], await InstallationTrail.ReadAsync(installation));
    }

    [Fact]
    public async Task A_restored_PostgreSQL_database_is_verified_and_its_damage_is_named()
    {
        using var installation = await TestInstallation.CreateAsync();
        await SampleData.FillAsync(installation);
        SqliteFile.ForgetServers(installation.DatabaseFile);
        var original = await cluster.Cluster.NewDatabaseAsync();
        await installation.DoAsync("storage", "copy", "--to", original);
        installation.UsePostgres(original);

        var restored = await cluster.Cluster.NewDatabaseAsync(Name(original));
        await installation.DoAsync("backup", "verify", "--connection", restored);
        await cluster.Cluster.ExecuteAsync(Name(restored), """
            ALTER TABLE trail_segments DISABLE TRIGGER trail_segments_keep;
            DELETE FROM trail_segments WHERE first_sequence = 2 AND workspace_id = 'acc_other';
            UPDATE secret_versions SET ciphertext = set_byte(ciphertext, 40, get_byte(ciphertext, 40) # 1)
            WHERE (secret_id, version) = (SELECT secret_id, version FROM secret_versions WHERE kek_id IS NOT NULL LIMIT 1)
            """);
        var ended = await installation.RunAsync("backup", "verify", "--connection", restored);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("3 problem(s)", ended.Error, StringComparison.Ordinal);
        Assert.Contains("trail_segments_keep", ended.Error, StringComparison.Ordinal);
        Assert.Contains("entry 2 of the trail of workspace acc_other is missing", ended.Error, StringComparison.Ordinal);
        Assert.Contains("does not open", ended.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["storage.copy success", "trail.epoch success", "backup.verify success", "backup.verify success", "backup.verify failed"],
            await InstallationTrail.ReadAsync(installation));
    }

    [Fact]
    public async Task Damage_of_the_trail_of_a_PostgreSQL_database_is_named_with_its_place()
    {
        using var installation = await TestInstallation.CreateAsync();
        SqliteFile.ForgetServers(installation.DatabaseFile);
        var original = await cluster.Cluster.NewDatabaseAsync();
        await installation.DoAsync("storage", "copy", "--to", original);
        installation.UsePostgres(original);
        const string Trail = "the trail of workspace acc_e2e";
        const string Enable = "ALTER TABLE trail_segments ENABLE TRIGGER trail_segments_keep";
        foreach (var (damage, problem) in ((string, string)[])
        [
            ("UPDATE installation SET audit_sequence = 0", "the installation's trail ends with entry 2, but its counter says 0"),
            ("UPDATE workspaces SET audit_sequence = audit_sequence + 1", $"{Trail} ends with entry 3, but its counter says 4"),
            ("UPDATE workspaces SET audit_sequence = 1", $"{Trail} ends with entry 3, but its counter says 1"),
            ("DELETE FROM trail_segments WHERE first_sequence = 3 AND workspace_id <> ''", $"{Trail} ends with entry 2, but its counter says 3"),
            ("DELETE FROM trail_segments WHERE first_sequence = 1 AND workspace_id <> ''", $"entry 1 of {Trail} is missing"),
            ("UPDATE trail_segments SET at = 1 WHERE first_sequence = 2 AND workspace_id <> ''", $"entry 2 of {Trail} is older than the entry before it"),
            ("UPDATE trail_segments SET entries = 'oops' WHERE first_sequence = 2 AND workspace_id <> ''", $"{Trail}: the segment of the audit entries from 2 on is damaged"),
            ("UPDATE trail_segments SET entries = '\\x0003ffffff' WHERE first_sequence = 2 AND workspace_id <> ''", $"entry 2 of {Trail} is damaged: "),
            ("INSERT INTO trail_segments SELECT 'acc_none', 1, count, at, format, entries FROM trail_segments LIMIT 1", "there are audit entries of workspace acc_none, but no such workspace"),
            ("ALTER TABLE trail_segments DROP CONSTRAINT trail_segments_pkey; INSERT INTO trail_segments SELECT * FROM trail_segments WHERE first_sequence = 1 AND workspace_id <> ''", $"entry 1 of {Trail} is there twice"),
            ("DROP TRIGGER trail_segments_stay ON trail_segments", "the trigger trail_segments_stay, which keeps audit entries from being changed, is missing"),
        ])
        {
            var restored = await cluster.Cluster.NewDatabaseAsync(Name(original));
            await cluster.Cluster.ExecuteAsync(
                Name(restored), $"ALTER TABLE trail_segments DISABLE TRIGGER trail_segments_keep; {damage}; {Enable}");
            var ended = await installation.RunAsync("backup", "verify", "--connection", restored);
            Assert.Equal(1, ended.ExitCode);
            Assert.Contains("\n" + problem, ended.Error, StringComparison.Ordinal);
            Assert.Contains("1 problem(s)", ended.Error, StringComparison.Ordinal);
        }
    }

    private async Task ServeOnPostgresAsync(TestInstallation installation, string postgres, SampleData sample)
    {
        installation.UsePostgres(postgres);
        await using var one = await installation.ServeAsync();
        await using var two = await installation.ServeAsync();
        await sample.CheckAsync(one.Url);
        await sample.CheckAsync(two.Url);
        using var api = new Api(two.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("After the move");
        Assert.Equal(201, (await api.WriteAsync(environment, "NEW", "value")).Status);
        var sequences = (await api.ListAsync("/api/v1/audit?limit=1000")).Select(entry => (long)entry["sequence"]!).ToList();
        Assert.Equal(Enumerable.Range(1, sequences.Count).Select(i => (long)i).Reverse(), sequences);
        Assert.Equal((0, 0), (await one.StopAsync(), await two.StopAsync()));
    }

    // The copy has all that the source has. Each of its trails also has the entry that begins a new epoch.
    private static void AssertCopied(SortedDictionary<string, List<string>> source, SortedDictionary<string, List<string>> copy)
    {
        var trails = source["workspaces"].Count;
        Assert.Equal(source.Keys, copy.Keys);
        foreach (var (table, rows) in source)
        {
            var more = copy[table].Except(rows).Count();
            Assert.Equal((table, table is "trail_segments" or "trail_epochs" ? trails : 0), (table, more));
            Assert.Empty(rows.Except(copy[table]));
            Assert.Equal(rows.Count + more, copy[table].Count);
        }
    }

    private static async Task ExpectRefusedAsync(TestInstallation installation, string to, string reason)
    {
        var ended = await installation.RunAsync("storage", "copy", "--to", to);
        Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
        Assert.Contains(reason, ended.Error, StringComparison.Ordinal);
    }

    /// <summary>Creates a database whose tables exist and are empty.</summary>
    private async Task<string> NewMigratedAsync(TestInstallation installation)
    {
        var postgres = await cluster.Cluster.NewDatabaseAsync();
        var settings = new Dictionary<string, string>(installation.Environment);
        settings["Secronna__Storage__Provider"] = "PostgreSql";
        settings["Secronna__Storage__ConnectionString"] = postgres;
        Assert.Equal(0, (await ServerProgram.RunAsync(installation.Folder.Path, settings, "migrate")).ExitCode);
        return postgres;
    }

    private static async Task<NpgsqlConnection> HoldGateAsync(string postgres)
    {
        var connection = new NpgsqlConnection(postgres + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT pg_advisory_lock({GateLock})", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task WaitAtGateAsync(string postgres, RunningCommand copy)
    {
        await Until.HoldsAsync("the copy waits at the gate", async () => copy.HasExited || await WaitingAsync(postgres) > 0);
        Assert.False(copy.HasExited, "the copy ended before it came to the gate");
    }

    // The number of sessions that wait at the gate.
    private static async Task<int> WaitingAsync(string postgres) => (await StorageInvariants.ReadTextsAsync(
        postgres, $"SELECT pid::text FROM pg_locks WHERE locktype = 'advisory' AND objid = {GateLock} AND NOT granted")).Count;

    private static async Task FillWithLargeValuesAsync(TestInstallation installation)
    {
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("Large");
        var value = new string('x', 60_000);
        await Parallel.ForEachAsync(Enumerable.Range(0, 800), async (i, _) =>
            Assert.Equal(201, (await api.WriteAsync(environment, $"KEY_{i}", value)).Status));
        Assert.Equal(0, await server.StopAsync());
    }

    private static string Name(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Database!;
}
