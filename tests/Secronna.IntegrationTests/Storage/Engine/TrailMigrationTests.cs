using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Features.Migrations;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

/// <summary>
/// Migrating a trail of one row for each entry packs all entries unchanged, however often the migration is stopped, and records
/// which ciphertext each version has.
/// </summary>
public sealed class TrailMigrationTests : IAsyncLifetime
{
    private const int Before = 11;

    // More than one slice of packing.
    private const int EntriesOfA = 5_500;
    private const int EntriesOfB = 700;
    private const int EntriesOfInstallation = 20;

    // More than one slice of versions.
    private const int Secrets = 250;

    private const string Insert = """
        INSERT INTO audit_entries (workspace_id, sequence, id, created_at, actor_type, actor_id, action, outcome, request_id, ip,
            user_agent, project_id, environment_id, secret_id, key, path, version, target_id, name, count, details, reason)
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18, @p19, @p20, @p21)
        """;

    private const string Entries = """
        SELECT workspace_id, sequence, id, created_at, actor_type, actor_id, action, outcome, request_id, ip,
            user_agent, project_id, environment_id, secret_id, key, path, version, target_id, name, count, details, reason
        FROM audit_entries WHERE action <> 'trail.migrate' ORDER BY workspace_id, sequence
        """;

    private const string Hashes = "SELECT workspace_id, sequence, count, details FROM audit_entries WHERE action = 'trail.migrate' ORDER BY workspace_id, sequence";

    private readonly Dice dice = new(4_711);
    private readonly List<string> hashes = [];
    private TestDatabase database = null!;

    // The old table itself, not the one that shows the segments.
    private static string OldTable => TestEngine.Current is PostgresTestEngine ? "public.audit_entries" : "main.audit_entries";

    private DatabaseEngine Engine => database.EngineWith(TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        database = await OlderSchema.NewDatabaseAsync(Before);
        using var direct = database.Connect();
        using var transaction = direct.BeginTransaction();
        direct.Run($"""
            INSERT INTO installation (id, created_at, active_master_key_id, wrapped_key, audit_sequence) VALUES
                (1, 10, 'mk_1', @box, {EntriesOfInstallation});
            INSERT INTO workspaces (id, allowed, created_at, audit_sequence) VALUES
                ('acc_a', 1, 10, {EntriesOfA}), ('acc_b', 0, 10, {EntriesOfB}), ('acc_c', 1, 10, 0);
            """, ("@box", new byte[] { 1 }));
        Record(direct, "", EntriesOfInstallation);
        Record(direct, "acc_a", EntriesOfA);
        Record(direct, "acc_b", EntriesOfB);
        WriteVersions(direct);
        transaction.Commit();
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task Every_entry_is_the_same_after_the_migration()
    {
        var before = Rows(Entries);
        Assert.Equal(EntriesOfA + EntriesOfB + EntriesOfInstallation, before.Count);

        var applied = await MigrationService.ApplyAsync(Engine, _ => { });

        Assert.Equal(Before + 1, applied[0].Number);
        Assert.Equal(before, Rows(Entries));
        ExpectHashes();
        ExpectPacked();
        Assert.Empty(await MigrationService.ApplyAsync(Engine, _ => { }));
        await (await Engine.OpenAsync(_ => { })).DisposeAsync();
    }

    [Fact]
    public async Task A_migration_that_is_stopped_again_and_again_goes_on_where_it_was()
    {
        var before = Rows(Entries);
        var stops = 0;
        for (var isDone = false; !isDone;)
        {
            isDone = await TryMigrateAsync(reports: ++stops);
            Assert.InRange(stops, 1, 100);
        }

        // Each slice of packing, of comparing and of versions reports once.
        Assert.InRange(stops, 8, 100);
        Assert.Equal(before, Rows(Entries));
        ExpectHashes();
        ExpectPacked();
    }

    [Fact]
    public async Task While_a_migration_is_stopped_nothing_is_lost_and_no_server_starts()
    {
        var before = Rows(Entries);
        Assert.False(await TryMigrateAsync(reports: 2));
        using (var direct = database.Connect())
        {
            Assert.NotEqual(0L, direct.One<long>("SELECT count(*) FROM trail_segments"));
            Assert.ThrowsAny<DbException>(() => direct.Run($"INSERT INTO {OldTable} SELECT * FROM {OldTable} LIMIT 1"));
            Assert.ThrowsAny<DbException>(() => direct.Run($"DELETE FROM {OldTable}"));
        }

        var refused = await Assert.ThrowsAsync<StorageSetupException>(() => Engine.OpenAsync(_ => { }).AsTask());
        Assert.Contains("migration(s), from 0013_trail_moved", refused.Message, StringComparison.Ordinal);
        await MigrationService.ApplyAsync(Engine, _ => { });
        Assert.Equal(before, Rows(Entries));
    }

    [Fact]
    public async Task Two_migrations_at_once_pack_every_entry_once()
    {
        var before = Rows(Entries);
        await Task.WhenAll(
            Task.Run(() => MigrationService.ApplyAsync(Engine, _ => { })), Task.Run(() => MigrationService.ApplyAsync(Engine, _ => { })));
        Assert.Equal(before, Rows(Entries));
        ExpectHashes();
        ExpectPacked();
    }

    [Theory]
    [InlineData("DELETE FROM audit_entries WHERE workspace_id = 'acc_b' AND sequence = 7", "the audit entries of workspace 'acc_b' have a gap before number 8")]
    [InlineData("DELETE FROM audit_entries WHERE workspace_id = 'acc_a' AND sequence <= 3", "the audit entries of workspace 'acc_a' have a gap before number 4")]
    [InlineData("DELETE FROM audit_entries WHERE workspace_id = 'acc_a' AND sequence = 5001", "the audit entries of workspace 'acc_a' have a gap before number 5002")]
    [InlineData("DELETE FROM audit_entries WHERE workspace_id = '' AND sequence = 1", "the audit entries of the installation have a gap before number 2")]
    [InlineData("DELETE FROM audit_entries WHERE workspace_id = 'acc_b' AND sequence > 650", "the audit entries of workspace 'acc_b' end with number 650, but 700 were recorded")]
    [InlineData("DELETE FROM audit_entries WHERE workspace_id = 'acc_b'", "the audit entries of workspace 'acc_b' end with number 0, but 700 were recorded")]
    [InlineData("DELETE FROM audit_entries WHERE workspace_id = '' AND sequence = 20", "the audit entries of the installation end with number 19, but 20 were recorded")]
    public async Task A_trail_with_a_gap_is_refused_and_kept(string damage, string reason)
    {
        using (var direct = database.ConnectToTamper())
        {
            if (TestEngine.Current is not PostgresTestEngine)
            {
                direct.Run("DROP TRIGGER audit_entries_stay");
            }

            direct.Run(damage);
        }

        var before = Rows(Entries);
        for (var i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<StorageSetupException>(() => MigrationService.ApplyAsync(Engine, _ => { }));
            Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
            Assert.Contains("restore a backup, or ask for help", refused.Message, StringComparison.Ordinal);
        }

        using var kept = database.Connect();
        Assert.Equal((long)before.Count, kept.One<long>($"SELECT count(*) FROM {OldTable}"));
    }

    [Fact]
    public async Task Without_its_step_in_code_the_migration_is_refused_and_loses_nothing()
    {
        var before = Rows(Entries);
        var refused = await Assert.ThrowsAsync<StorageSetupException>(() => Migrator.ApplyAsync(Engine).AsTask());
        Assert.Contains("only `secronna-server migrate` can pack", refused.Message, StringComparison.Ordinal);
        await MigrationService.ApplyAsync(Engine, _ => { });
        Assert.Equal(before, Rows(Entries));
    }

    [Fact]
    public async Task Entries_that_are_appended_later_go_on_with_the_next_number_and_a_later_time()
    {
        await MigrationService.ApplyAsync(Engine, _ => { });
        List<object[]> Ends() => Read("SELECT workspace_id, max(sequence), max(created_at) FROM audit_entries GROUP BY workspace_id ORDER BY 1");
        var before = Ends();
        await using (var opened = await Engine.OpenAsync(_ => { }))
        {
            await opened.AppendAsync(Later(""), Later("acc_a"), Later("acc_b"));
        }

        Assert.Equal(before.Select(row => ((string)row[0], (long)row[1] + 1)), Ends().Select(row => ((string)row[0], (long)row[1])));
        Assert.All(before.Zip(Ends()), pair => Assert.True((long)pair.First[2] <= (long)pair.Second[2]));
    }

    private static TrailEntry Later(string workspaceId) => new()
    {
        WorkspaceId = workspaceId,
        Id = "aud_later",
        ActorType = "operator",
        ActorId = "root",
        Action = "backup.create",
        Outcome = "success",
    };

    // Stops the migration at its n-th report of progress, which is in the middle of a slice. Returns whether it was done before.
    private async Task<bool> TryMigrateAsync(int reports)
    {
        try
        {
            await MigrationService.ApplyAsync(Engine, _ =>
            {
                if (--reports == 0)
                {
                    throw new OperationCanceledException("stopped by the test");
                }
            });
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void ExpectHashes()
    {
        var entries = Read(Hashes);
        Assert.All(entries, row => Assert.Equal("acc_a", row[0]));
        // They follow the packed entries.
        Assert.Equal(Enumerable.Range(EntriesOfA + 1, entries.Count).Select(i => (long)i), entries.Select(row => (long)row[1]));
        var lists = entries.Select(row => JsonNode.Parse((string)row[3])!["versions"]!.AsArray()).ToList();
        Assert.Equal(lists.Select(list => (long)list.Count), entries.Select(row => (long)row[2]));
        Assert.Equal(hashes, lists.SelectMany(list => list).Select(version => $"{version![0]}|{version[1]}|{version[2]}"));
    }

    // Entries of one time are in one segment, unless a slice ended between them. On PostgreSQL, the counters are at the ends.
    private void ExpectPacked()
    {
        using var direct = database.Connect();
        var times = direct.One<long>("SELECT count(DISTINCT (workspace_id || ' ' || created_at)) FROM audit_entries WHERE action <> 'trail.migrate'");
        var segments = direct.One<long>("SELECT count(*) FROM trail_segments");
        Assert.InRange(segments, times, times + 100);
        if (TestEngine.Current is PostgresTestEngine)
        {
            Assert.Equal(
                direct.All("SELECT w.id, coalesce(max(a.sequence), 0), coalesce(max(a.created_at), 0) FROM workspaces w LEFT JOIN audit_entries a ON a.workspace_id = w.id GROUP BY w.id ORDER BY w.id"),
                direct.All("SELECT id, audit_sequence, audited_at FROM workspaces ORDER BY id"));
            Assert.Equal((long)EntriesOfInstallation, direct.One<long>("SELECT audit_sequence FROM installation"));
        }
    }

    private void Record(DbConnection direct, string workspaceId, int count)
    {
        long at = 1_700_000_000_000_000;
        for (var sequence = 1; sequence <= count; sequence++)
        {
            at += dice.IsOneIn(3) ? 1 + dice.Next(100_000_000) : 0;
            object?[] values =
            [
                workspaceId, (long)sequence, Id("aud"), at, One("api_key", "access_key", "user", "operator", "system", "other"),
                One(Id("key"), "ann@example.com", "Jürgen \U0001F511", ""), One("secret.reveal", "secret.write", "workspace.allow", "project.create", "no.such"),
                One("success", "denied", "failed"), One(null, Id("req")), One(null, "127.0.0.1", "2001:db8::1", "no address"),
                One(null, "curl/8", "agent \u00e9 \u4e2d \U0001F600", new string('\u00fc', 200)), One(null, Id("proj"), "proj_x"), One(null, Id("env")),
                One(null, Id("sec"), "sec_"), One(null, "KEY", "Schl\u00fcssel"), One(null, "web/production/KEY", "\u4e2d/\u00e9/*"),
                Number(null, 1, 4, int.MaxValue), One(null, Id("key"), "mk_1"), One(null, "Ökonomie \U0001F511", "\0\u001f\"\\"[1..]), Number(null, 1, 900, int.MaxValue),
                One(null, """{"keys":["A","é"]}""", $$"""{"keys":["{{new string('K', dice.Next(12_000))}}"]}"""), One(null, "ticket 4711", new string('\u4e2d', 300)),
            ];
            direct.Run(Insert, [.. values.Select((value, i) => ($"@p{i}", value))]);
        }
    }

    // Secrets of acc_a with one to three versions. A deleted secret and destroyed versions have no ciphertext.
    private void WriteVersions(DbConnection direct)
    {
        direct.Run("""
            INSERT INTO projects (id, workspace_id, name, slug, created_at, created_by) VALUES ('prj_1', 'acc_a', 'One', 'one', 20, 'key_1');
            INSERT INTO environments (id, workspace_id, project_id, name, slug, created_at, created_by, changed_at)
                VALUES ('env_1', 'acc_a', 'prj_1', 'Production', 'production', 30, 'key_1', 1000)
            """);
        for (var i = 0; i < Secrets; i++)
        {
            var (id, versions, isDeleted) = ($"sec_{i:D3}", 1 + (i % 3), i % 50 == 7);
            direct.Run("""
                INSERT INTO secrets (id, workspace_id, project_id, environment_id, key, current_version, created_at, updated_at, deleted_at, destroyed_to)
                VALUES (@id, 'acc_a', 'prj_1', 'env_1', @id, @versions, 100, 100, @deleted, @destroyed)
                """, ("@id", id), ("@versions", (long)versions), ("@deleted", isDeleted ? 200L : null), ("@destroyed", isDeleted ? (long)versions : 0L));
            for (var version = 1; version <= versions; version++)
            {
                var isDestroyed = isDeleted || (version == 1 && i % 10 == 5);
                WriteVersion(direct, id, version, isDestroyed ? null : RandomNumberGenerator.GetBytes(60));
            }
        }
    }

    private void WriteVersion(DbConnection direct, string secretId, long version, byte[]? ciphertext)
    {
        direct.Run("""
            INSERT INTO secret_changes (environment_id, instant, secret_id, version) VALUES ('env_1', @instant, @id, @version)
            """, ("@instant", 100 + version), ("@id", secretId), ("@version", version));
        if (ciphertext is null)
        {
            direct.Run("""
                INSERT INTO secret_changes (environment_id, instant, secret_id, version, destroyed, destroyed_by)
                VALUES ('env_1', @instant, @id, @version, @version, 'key_1')
                """, ("@instant", 200 + version), ("@id", secretId), ("@version", version));
            direct.Run("""
                INSERT INTO secret_versions (secret_id, version, kind, created_at, created_by) VALUES (@id, @version, 'written', 100, 'key_1')
                """, ("@id", secretId), ("@version", version));
            return;
        }

        direct.Run("""
            INSERT INTO secret_versions (secret_id, version, kek_id, wrapped_data_key, ciphertext, tag, kind, created_at, created_by)
            VALUES (@id, @version, 'kek_1', @key, @box, @tag, 'written', 100, 'key_1')
            """, ("@id", secretId), ("@version", version), ("@key", new byte[] { 1 }), ("@box", ciphertext), ("@tag", ciphertext[^16..]));
        hashes.Add(string.Create(CultureInfo.InvariantCulture, $"{secretId}|{version}|{Convert.ToHexStringLower(SHA256.HashData(ciphertext))}"));
    }

    private T One<T>(params T[] values) => dice.Of(values);

    private long? Number(params long?[] values) => One(values);

    private string Id(string prefix) => $"{prefix}_0{string.Concat(Enumerable.Range(0, 25).Select(_ => "0123456789abcdefghjkmnpqrstvwxyz"[dice.Next(32)]))}";

    private List<object[]> Read(string sql)
    {
        using var direct = database.Connect();
        return direct.All(sql);
    }

    private List<string> Rows(string sql) =>
        [.. Read(sql).Select(row => string.Join('|', row.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture))))];
}
