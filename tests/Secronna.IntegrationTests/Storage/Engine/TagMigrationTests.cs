using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

/// <summary>Migrating a filled database gives each version its tag, and changes nothing else of it.</summary>
public sealed class TagMigrationTests : IAsyncLifetime
{
    private const string Before =
        "SELECT secret_id, version, kek_id, wrapped_data_key, ciphertext, kind, created_at, created_by, comment FROM secret_versions ORDER BY 1, 2";

    private readonly byte[] ciphertext = RandomNumberGenerator.GetBytes(90);
    private readonly byte[] wrapped = RandomNumberGenerator.GetBytes(78);
    private TestDatabase database = null!;

    private DatabaseEngine Engine => database.EngineWith(TimeProvider.System);

    // One secret has a whole version, a damaged one and one that is about to be overwritten. The other secret is deleted.
    public async ValueTask InitializeAsync()
    {
        database = await OlderSchema.NewDatabaseAsync(migrations: 5);
        using var direct = database.Connect();
        direct.Run("""
            INSERT INTO installation (id, created_at, active_master_key_id, wrapped_key) VALUES (1, 10, 'mk_1', @wrapped);
            INSERT INTO workspaces (id, allowed, created_at) VALUES ('acc_a', 1, 10);
            INSERT INTO projects (id, workspace_id, name, slug, created_at, created_by) VALUES
                ('prj_1', 'acc_a', 'One', 'one', 20, 'key_1');
            INSERT INTO environments (id, workspace_id, project_id, name, slug, created_at, created_by, changed_at, secret_count)
                VALUES ('env_1', 'acc_a', 'prj_1', 'Production', 'production', 30, 'key_1', 1000, 1);
            INSERT INTO secrets (id, workspace_id, project_id, environment_id, key, current_version, created_at, updated_at,
                deleted_at, deleted_by, destroyed_to) VALUES
                ('sec_a', 'acc_a', 'prj_1', 'env_1', 'KEY_A', 2, 100, 200, NULL, NULL, 0),
                ('sec_b', 'acc_a', 'prj_1', 'env_1', 'KEY_B', 1, 300, 300, 400, 'key_2', 1);
            INSERT INTO secret_versions
                (secret_id, version, kek_id, wrapped_data_key, ciphertext, kind, created_at, created_by, comment) VALUES
                ('sec_a', 1, 'kek_1', @wrapped, @short, 'written', 100, 'key_1', 'damaged'),
                ('sec_a', 2, 'kek_1', @wrapped, @ciphertext, 'rolled_back', 200, 'key_2', NULL),
                ('sec_b', 1, NULL, NULL, NULL, 'written', 300, 'key_1', NULL);
            INSERT INTO secret_changes (environment_id, instant, secret_id, version) VALUES
                ('env_1', 100, 'sec_a', 1), ('env_1', 200, 'sec_a', 2), ('env_1', 300, 'sec_b', 1), ('env_1', 400, 'sec_b', NULL)
            """, ("@wrapped", wrapped), ("@short", new byte[] { 1, 2, 3 }), ("@ciphertext", ciphertext));
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task Each_version_gets_the_last_bytes_of_its_ciphertext_as_its_tag_and_a_destroyed_one_gets_none()
    {
        using var direct = database.Connect();
        var before = direct.All(Before);
        Assert.Equal(6, (await Migrator.ApplyAsync(Engine))[0].Number);

        Assert.Equal(before, direct.All(Before));
        Assert.Equal(
            [new byte[] { 1, 2, 3 }, ciphertext[^16..], (object)DBNull.Value],
            direct.All("SELECT tag FROM secret_versions ORDER BY secret_id, version").Select(row => row[0]));
    }

    [Theory]
    [InlineData("UPDATE secret_versions SET tag = NULL WHERE secret_id = 'sec_a'")]
    [InlineData("UPDATE secret_versions SET kek_id = NULL, wrapped_data_key = NULL, ciphertext = NULL WHERE secret_id = 'sec_a'")]
    [InlineData("UPDATE secret_versions SET kek_id = NULL WHERE secret_id = 'sec_a'")]
    [InlineData("UPDATE secret_versions SET tag = wrapped_data_key, ciphertext = NULL WHERE secret_id = 'sec_a'")]
    [InlineData("INSERT INTO secret_versions (secret_id, version, kind, created_at, created_by) VALUES ('sec_b', 1, 'written', 1, 'key_1')")]
    [InlineData("INSERT INTO secret_versions (secret_id, version, kind, created_at, created_by) VALUES ('sec_none', 1, 'written', 1, 'key_1')")]
    [InlineData("UPDATE secret_changes SET destroyed = 1 WHERE instant = 200")]
    [InlineData("UPDATE secret_changes SET destroyed = 1, destroyed_by = 'key_1' WHERE secret_id = 'sec_a'")]
    public async Task The_migrated_tables_keep_the_rules_between_their_columns_and_rows(string sql)
    {
        await Migrator.ApplyAsync(Engine);
        using var direct = database.Connect();
        Assert.ThrowsAny<System.Data.Common.DbException>(() => direct.Run(sql));
    }

    [Fact]
    public async Task A_migrated_version_is_found_under_its_KEK_with_its_tag()
    {
        await Migrator.ApplyAsync(Engine);
        await using var storage = await Engine.OpenAsync(_ => { });
        var row = await storage.ReadAsync(static session => VersionTable.FindSealedAsync(session, "acc_a", "sec_a", 2));
        Assert.True(row!.HasOwnTag);
        Assert.Equal(2, await storage.ReadAsync(static session => DataKeyTable.CountUnderAsync(session, "kek_1", 10)));
    }

    // The files of PostgreSQL keep dead rows until it removes them.
    [Fact]
    [Trait(TestEngine.Trait, TestEngine.Sqlite)]
    public async Task Nothing_of_a_migrated_version_is_left_in_the_files_after_its_deletion()
    {
        await Migrator.ApplyAsync(Engine);
        await using (var storage = await Engine.OpenAsync(_ => { }))
        {
            await storage.WriteAsync(async transaction =>
            {
                var change = await EnvironmentTable.BeginChangeAsync(transaction, "acc_a", "env_1");
                await SecretTable.MarkDeletedAsync(transaction, "env_1", ["sec_a"], "key_1", change!.Instant);
                return await Purge.DestroyVersionsAsync(transaction, ["sec_a"], 0);
            });
        }

        Assert.DoesNotContain(database.Files(), file => file.AsSpan().IndexOf(ciphertext.AsSpan(0, 40)) >= 0);
        Assert.DoesNotContain(database.Files(), file => file.AsSpan().IndexOf(ciphertext.AsSpan(ciphertext.Length - 16)) >= 0);
    }
}
