using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

/// <summary>
/// Access keys that had everything by an empty list of grants have it by name after the migration, because an empty list is
/// nothing from then on.
/// </summary>
public sealed class PowerMigrationTests
{
    private const int Number = 8;

    [Fact]
    public async Task An_access_key_with_an_empty_list_has_everything_by_name_after_the_migration()
    {
        var engine = Migrator.KnownFor((await TestEngine.Current.NewDatabaseAsync(isEmpty: true)).EngineWith(TimeProvider.System));
        await using var database = await OlderSchema.NewDatabaseAsync(engine.Count(migration => migration.Number < Number));
        using (var direct = database.Connect())
        {
            direct.Run("""
                INSERT INTO workspaces (id, allowed, created_at) VALUES ('acc_a', 1, 10);
                INSERT INTO credentials (id, workspace_id, kind, name, prefix, token_hash, created_at, created_by, revoked_at, grants) VALUES
                    ('key_1', 'acc_a', 'api_key', 'x', 'p1', @hash, 1, 'ann', NULL, '[]'),
                    ('key_2', 'acc_a', 'access_key', 'x', 'p2', @hash, 1, 'key_1', NULL, '[]'),
                    ('key_3', 'acc_a', 'access_key', 'x', 'p3', @hash, 1, 'key_1', 5, '[]'),
                    ('key_4', 'acc_a', 'access_key', 'x', 'p4', @hash, 1, 'key_1', NULL, '[{"path":"web","actions":["list"]}]')
                """, ("@hash", new byte[] { 1, 2, 3 }));
        }

        await Migrator.ApplyAsync(database.EngineWith(TimeProvider.System));

        using var after = database.Connect();
        const string Everything = """[{"path":"*","actions":["list","reveal","write","delete"]}]""";
        Assert.Equal(
            ["[]", Everything, Everything, """[{"path":"web","actions":["list"]}]"""],
            after.All("SELECT grants FROM credentials ORDER BY id").Select(row => (string)row[0]));
    }
}
