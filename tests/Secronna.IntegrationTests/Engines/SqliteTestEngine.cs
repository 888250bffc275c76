using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Engines;

/// <summary>A new database file for each test.</summary>
internal sealed class SqliteTestEngine : TestEngine
{
    public override async Task<TestDatabase> NewDatabaseAsync(bool isEmpty)
    {
        var database = new SqliteTestDatabase();
        if (isEmpty)
        {
            using var direct = database.Connect();
            direct.Run("PRAGMA journal_mode = wal");
        }
        else
        {
            await Migrator.ApplyAsync(database.EngineWith(TimeProvider.System));
        }

        return database;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
