using Secronna.IntegrationTests.Engines;
using Secronna.Server.Features.Migrations;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

/// <summary>After the migration no environment requires a reason, and no entry from before it has one.</summary>
public sealed class ReasonMigrationTests
{
    private const int Number = 11;

    [Fact]
    public async Task Environments_and_entries_from_before_the_migration_have_no_reason()
    {
        var engine = Migrator.KnownFor((await TestEngine.Current.NewDatabaseAsync(isEmpty: true)).EngineWith(TimeProvider.System));
        await using var database = await OlderSchema.NewDatabaseAsync(engine.Count(migration => migration.Number < Number));
        using (var direct = database.Connect())
        {
            direct.Run("""
                INSERT INTO workspaces (id, allowed, created_at, audit_sequence) VALUES ('acc_a', 1, 10, 1);
                INSERT INTO projects (id, workspace_id, name, slug, created_at, created_by) VALUES ('proj_a', 'acc_a', 'Web', 'web', 10, 'ann');
                INSERT INTO environments (id, workspace_id, project_id, name, slug, created_at, created_by, changed_at)
                    VALUES ('env_a', 'acc_a', 'proj_a', 'Production', 'production', 10, 'ann', 10);
                INSERT INTO audit_entries (workspace_id, sequence, id, created_at, actor_type, actor_id, action, outcome)
                    VALUES ('acc_a', 1, 'aud_a', 10, 'user', 'ann', 'environment.create', 'success')
                """);
        }

        await Migrator.ApplyAsync(database.EngineWith(TimeProvider.System), MigrationService.Step(_ => { }));

        using var after = database.Connect();
        Assert.Equal([0L], after.All("SELECT require_reason FROM environments").Select(row => (long)row[0]));
        Assert.Equal(1L, after.All("SELECT count(*) FROM audit_entries WHERE reason IS NULL").Select(row => (long)row[0]).Single());
    }
}
