using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Storage;

/// <summary>Databases as an older version of the program left them.</summary>
internal static class OlderSchema
{
    /// <summary>
    /// Creates a database with the first <paramref name="migrations"/> migrations. Its only rows are the records of these
    /// migrations.
    /// </summary>
    public static async Task<TestDatabase> NewDatabaseAsync(int migrations)
    {
        var database = await TestEngine.Current.NewDatabaseAsync(isEmpty: true);
        using var direct = database.Connect();
        direct.Run("CREATE TABLE schema_migrations (number bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at bigint NOT NULL)");
        foreach (var migration in Migrator.KnownFor(database.EngineWith(TimeProvider.System)).Take(migrations))
        {
            direct.Run(migration.Sql);
            direct.Run("INSERT INTO schema_migrations VALUES (@number, @name, @checksum, 1)",
                ("@number", (long)migration.Number), ("@name", migration.Name), ("@checksum", migration.Checksum));
        }

        return database;
    }
}
