using Secronna.IntegrationTests.Engines;
using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

/// <summary>
/// Migrating a filled database from before point-in-time reads makes its whole history known, to the microsecond. Later changes
/// continue that history.
/// </summary>
public sealed class PointInTimeMigrationTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    private DatabaseEngine Engine => database.EngineWith(TimeProvider.System);

    // KEY_A has three versions; the second was written together with KEY_B's second. KEY_B was deleted and destroyed, then its
    // key was written again. KEY_C is deleted, and one of its versions is not destroyed yet. There are also an empty environment,
    // and a deleted environment whose rows still exist.
    public async ValueTask InitializeAsync()
    {
        database = await OlderSchema.NewDatabaseAsync(migrations: 4);
        using var direct = database.Connect();
        direct.Run("""
            INSERT INTO installation (id, created_at, active_master_key_id, wrapped_key) VALUES (1, 10, 'mk_1', @box);
            INSERT INTO workspaces (id, allowed, created_at) VALUES ('acc_a', 1, 10);
            INSERT INTO projects (id, workspace_id, name, slug, created_at, created_by) VALUES
                ('prj_1', 'acc_a', 'One', 'one', 20, 'key_1');
            INSERT INTO project_keys (id, project_id, master_key_id, wrapped_key, state, wraps, created_at) VALUES
                ('kek_1', 'prj_1', 'mk_1', @box, 'active', 1024, 20);
            INSERT INTO environments
                (id, workspace_id, project_id, name, slug, created_at, created_by, changed_at, secret_count, deleted_at) VALUES
                ('env_1', 'acc_a', 'prj_1', 'Production', 'production', 30, 'key_1', 1000, 2, NULL),
                ('env_2', 'acc_a', 'prj_1', 'Empty', 'empty', 30, 'key_1', 30, 0, NULL),
                ('env_3', 'acc_a', 'prj_1', 'Gone', 'gone', 30, 'key_1', 400, 1, 500);
            INSERT INTO secrets (id, workspace_id, project_id, environment_id, key, current_version, created_at, updated_at,
                deleted_at, deleted_by, destroyed_to) VALUES
                ('sec_a', 'acc_a', 'prj_1', 'env_1', 'KEY_A', 3, 100, 900, NULL, NULL, 0),
                ('sec_b', 'acc_a', 'prj_1', 'env_1', 'KEY_B', 2, 200, 300, 400, 'key_2', 2),
                ('sec_d', 'acc_a', 'prj_1', 'env_1', 'KEY_B', 1, 500, 500, NULL, NULL, 0),
                ('sec_c', 'acc_a', 'prj_1', 'env_1', 'KEY_C', 2, 600, 700, 1000, 'key_1', 1),
                ('sec_e', 'acc_a', 'prj_1', 'env_3', 'KEY_A', 1, 400, 400, NULL, NULL, 0);
            INSERT INTO secret_versions
                (secret_id, version, kek_id, wrapped_data_key, ciphertext, kind, created_at, created_by, comment) VALUES
                ('sec_a', 1, 'kek_1', @box, @box, 'written', 100, 'key_1', 'first'),
                ('sec_a', 2, 'kek_1', @box, @box, 'written', 300, 'key_1', NULL),
                ('sec_a', 3, 'kek_1', @box, @box, 'written', 900, 'key_2', NULL),
                ('sec_b', 1, NULL, NULL, NULL, 'written', 200, 'key_1', NULL),
                ('sec_b', 2, NULL, NULL, NULL, 'written', 300, 'key_1', 'together'),
                ('sec_d', 1, 'kek_1', @box, @box, 'written', 500, 'key_2', NULL),
                ('sec_c', 1, NULL, NULL, NULL, 'written', 600, 'key_1', NULL),
                ('sec_c', 2, 'kek_1', @box, @box, 'written', 700, 'key_1', NULL),
                ('sec_e', 1, 'kek_1', @box, @box, 'written', 400, 'key_1', NULL)
            """, ("@box", new byte[] { 1, 2, 3 }));
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task Each_version_and_each_deletion_becomes_a_change_and_there_are_no_others()
    {
        Assert.Equal(5, (await Migrator.ApplyAsync(Engine))[0].Number);

        using var direct = database.Connect();
        var changes = direct.All("SELECT environment_id, instant, secret_id, coalesce(version, 0) FROM secret_changes ORDER BY 1, 2, 3");
        Assert.Equal(
            [
                "env_1|100|sec_a|1", "env_1|200|sec_b|1", "env_1|300|sec_a|2", "env_1|300|sec_b|2", "env_1|400|sec_b|0",
                "env_1|500|sec_d|1", "env_1|600|sec_c|1", "env_1|700|sec_c|2", "env_1|900|sec_a|3", "env_1|1000|sec_c|0",
                "env_3|400|sec_e|1",
            ],
            changes.Select(row => string.Join('|', row)));
        Assert.Equal([0L, 0L, 0L], direct.All("SELECT settled_to FROM environments").Select(row => row[0]));
    }

    [Fact]
    public async Task The_history_tells_who_changed_what_newest_first()
    {
        await using var storage = await MigratedAsync();
        var changes = await storage.ReadAsync(session =>
            SecretChangeTable.ListAsync(session, "env_1", ChangePosition.Latest, 99));
        Assert.Equal(
            [
                "1000 KEY_C sec_c deleted by key_1", "900 KEY_A sec_a written 3 by key_2", "700 KEY_C sec_c written 2 by key_1",
                "600 KEY_C sec_c written 1 by key_1", "500 KEY_B sec_d written 1 by key_2", "400 KEY_B sec_b deleted by key_2",
                "300 KEY_B sec_b written 2 by key_1: together", "300 KEY_A sec_a written 2 by key_1",
                "200 KEY_B sec_b written 1 by key_1", "100 KEY_A sec_a written 1 by key_1: first",
            ],
            changes.Select(Text));
        Assert.Empty(await storage.ReadAsync(session =>
            SecretChangeTable.ListAsync(session, "env_2", ChangePosition.Latest, 99)));
    }

    [Theory]
    [InlineData(99, "")]
    [InlineData(100, "KEY_A sec_a 1 of 100")]
    [InlineData(299, "KEY_A sec_a 1 of 100, KEY_B sec_b 1 of 200 deleted since")]
    [InlineData(300, "KEY_A sec_a 2 of 300, KEY_B sec_b 2 of 300 deleted since")]
    [InlineData(399, "KEY_A sec_a 2 of 300, KEY_B sec_b 2 of 300 deleted since")]
    [InlineData(400, "KEY_A sec_a 2 of 300")]
    [InlineData(500, "KEY_A sec_a 2 of 300, KEY_B sec_d 1 of 500")]
    [InlineData(999, "KEY_A sec_a 3 of 900, KEY_B sec_d 1 of 500, KEY_C sec_c 2 of 700 deleted since")]
    [InlineData(1000, "KEY_A sec_a 3 of 900, KEY_B sec_d 1 of 500")]
    [InlineData(long.MaxValue, "KEY_A sec_a 3 of 900, KEY_B sec_d 1 of 500")]
    public async Task A_migrated_environment_has_the_right_state_at_each_past_instant(long instant, string expected)
    {
        await using var storage = await MigratedAsync();
        Assert.Equal(expected, await StateAsync(storage, instant));
    }

    [Fact]
    public async Task Changes_after_the_migration_continue_the_history()
    {
        await using var storage = await MigratedAsync();
        var instant = await storage.WriteAsync(async transaction =>
        {
            var environment = await EnvironmentTable.LockAsync(transaction, "acc_a", "env_1");
            var change = await EnvironmentTable.BeginChangeAsync(transaction, "acc_a", "env_1");
            byte[] box = [4, 5, 6];
            await VersionTable.MintAsync(
                transaction, environment!,
                [new NewVersion("sec_a", "KEY_A", 4, "kek_1", box, box, VersionKinds.Restored, "key_1", null)], change!.Instant);
            await SecretTable.MarkDeletedAsync(transaction, "env_1", ["sec_d"], "key_1", change.Instant);
            return change.Instant;
        });

        Assert.Equal($"KEY_A sec_a 4 of {instant}", await StateAsync(storage, instant));
        Assert.Equal("KEY_A sec_a 3 of 900, KEY_B sec_d 1 of 500 deleted since", await StateAsync(storage, instant - 1));
        var newest = await storage.ReadAsync(session =>
            SecretChangeTable.ListAsync(session, "env_1", ChangePosition.Latest, 3));
        Assert.Equal(
            [$"{instant} KEY_B sec_d deleted by key_1", $"{instant} KEY_A sec_a restored 4 by key_1", "1000 KEY_C sec_c deleted by key_1"],
            newest.Select(Text));
    }

    [Fact]
    public async Task A_purge_that_was_under_way_also_removes_the_changes()
    {
        await using var storage = await MigratedAsync();
        while (await storage.WriteAsync(transaction => Purge.RunSliceAsync(transaction)))
        {
        }

        using var direct = database.Connect();
        Assert.Empty(direct.All("SELECT 1 FROM secret_changes WHERE environment_id = 'env_3'"));
        Assert.Empty(direct.All("SELECT 1 FROM secret_versions v JOIN secrets s ON s.id = v.secret_id WHERE s.deleted_at IS NOT NULL AND v.ciphertext IS NOT NULL"));
        Assert.Equal(10L, direct.One<long>("SELECT count(*) FROM secret_changes"));
    }

    private async Task<Database> MigratedAsync()
    {
        await Migrator.ApplyAsync(Engine);
        return await Engine.OpenAsync(_ => { });
    }

    private static async Task<string> StateAsync(Database storage, long instant)
    {
        var secrets = await storage.ReadAsync(instant, static async (session, instant) =>
            await PastSecretTable.ListAsync(session, (await EnvironmentTable.FindAsync(session, "acc_a", "env_1"))!, instant));
        return string.Join(", ", secrets.Select(row =>
            $"{row.Key} {row.Id} {row.CurrentVersion} of {row.UpdatedAt}{(row.IsDeletedSince ? " deleted since" : "")}"));
    }

    private static string Text(ChangeRow row) =>
        $"{row.Position.Instant} {row.Key} {row.Position.SecretId} "
        + (row.Version is var (number, kind) ? $"{kind} {number}" : "deleted")
        + $" by {row.By}{(row.Comment is null ? "" : ": " + row.Comment)}";
}
