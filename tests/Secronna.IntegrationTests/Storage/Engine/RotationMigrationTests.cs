using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

/// <summary>Migrating a filled database from before key rotation loses nothing, and makes its master keys known.</summary>
public sealed class RotationMigrationTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    private DatabaseEngine Engine => database.EngineWith(TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        database = await OlderSchema.NewDatabaseAsync(migrations: 2);
        using var direct = database.Connect();
        direct.Run("""
            INSERT INTO installation (id, created_at, active_master_key_id, wrapped_key) VALUES (1, 10, 'mk_2', @box);
            INSERT INTO workspaces (id, allowed, created_at) VALUES ('acc_a', 1, 10);
            INSERT INTO projects (id, workspace_id, name, slug, created_at, created_by) VALUES
                ('prj_1', 'acc_a', 'One', 'one', 20, 'key_1'), ('prj_2', 'acc_a', 'Two', 'two', 30, 'key_1');
            INSERT INTO project_keys (id, project_id, master_key_id, wrapped_key, state, wraps, created_at) VALUES
                ('kek_1', 'prj_1', 'mk_1', @box, 'active', 536870913, 20),
                ('kek_2', 'prj_2', 'mk_2', @box, 'active', 5, 30),
                ('kek_3', 'prj_2', 'mk_1', @box, 'retiring', 7, 15);
            INSERT INTO environments (id, workspace_id, project_id, name, slug, created_at, created_by, changed_at) VALUES
                ('env_1', 'acc_a', 'prj_1', 'Production', 'production', 40, 'key_1', 40);
            INSERT INTO secrets (id, workspace_id, project_id, environment_id, key, current_version, created_at, updated_at) VALUES
                ('sec_1', 'acc_a', 'prj_1', 'env_1', 'KEY', 1, 40, 40);
            INSERT INTO secret_versions (secret_id, version, kek_id, wrapped_data_key, ciphertext, kind, created_at, created_by) VALUES
                ('sec_1', 1, 'kek_1', @box, @box, 'written', 40, 'key_1')
            """, ("@box", new byte[] { 1, 2, 3 }));
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task Master_keys_are_known_since_their_first_KEK_and_KEKs_are_found_by_the_new_indexes()
    {
        var expected = Migrator.KnownFor(Engine).Skip(2).Select(migration => migration.Number);
        Assert.Equal(expected, (await Migrator.ApplyAsync(Engine)).Select(migration => migration.Number));

        await using var opened = await Engine.OpenAsync(_ => { });
        var known = await opened.ReadAsync(session => KnownMasterKeyTable.ListAsync(session));
        Assert.Equal(
            [new KnownMasterKey("mk_1", 15, 15, null, null, null), new KnownMasterKey("mk_2", 10, 10, null, null, null)], known);
        Assert.Equal(["kek_3"], await IdsAsync(static session => KekTable.ListRetiringAsync(session, "", 9)));
        Assert.Equal(["kek_1"], await IdsAsync(static session => KekTable.ListWornAsync(session, 9)));
        Assert.Equal(["kek_1", "kek_2"], await IdsAsync(static session => KekTable.ListOlderAsync(session, 31, 9)));
        Assert.Equal(1, await opened.ReadAsync(session => DataKeyTable.CountUnderAsync(session, "kek_1", 9)));
        Assert.False(await opened.ReadAsync(session => InstallationTable.IsRotatingAsync(session)));

        async Task<IEnumerable<string>> IdsAsync(Func<Session, ValueTask<List<KekRow>>> list) =>
            (await opened.ReadAsync(list, static (session, list) => list(session))).Select(kek => kek.Id);
    }

    [Fact]
    public async Task Every_index_that_rotations_use_exists()
    {
        await Migrator.ApplyAsync(Engine);
        using var direct = database.Connect();
        var names = direct.All(TestEngine.Current is PostgresTestEngine
            ? "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
            : "SELECT name FROM sqlite_master WHERE type = 'index'").Select(row => (string)row[0]);
        Assert.Superset(
            new HashSet<string> { "versions_by_kek", "project_keys_retiring", "project_keys_by_age", "project_keys_worn", "nodes_by_age" },
            names.ToHashSet());
    }

    [Fact]
    public async Task The_rows_that_existed_before_do_not_change()
    {
        var before = Rows();
        await Migrator.ApplyAsync(Engine);
        Assert.Equal(before, Rows());
    }

    private List<string> Rows()
    {
        using var direct = database.Connect();
        return [.. ((string[])[
            "SELECT id, created_at, active_master_key_id, wrapped_key FROM installation",
            "SELECT id, project_id, master_key_id, wrapped_key, state, wraps, created_at FROM project_keys ORDER BY id",
            "SELECT secret_id, version, kek_id, wrapped_data_key, ciphertext, kind FROM secret_versions",
        ]).SelectMany(sql => direct.All(sql)).Select(row =>
            string.Join('|', row.Select(cell => cell is byte[] bytes ? Convert.ToHexString(bytes) : cell.ToString())))];
    }
}
