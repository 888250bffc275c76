using Secronna.Storage;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Storage;

/// <summary>Databases of tests that are about the file itself.</summary>
internal static class SqliteDatabases
{
    public static string ConnectionString(TemporaryFolder folder) => SqliteFile.ConnectionString(folder["secronna.db"]);

    public static async Task<string> NewDatabaseAsync(TemporaryFolder folder)
    {
        var connectionString = ConnectionString(folder);
        await MigrateAsync(connectionString);
        return connectionString;
    }

    public static DatabaseEngine Engine(string connectionString) => DatabaseEngines.Sqlite(connectionString, TimeProvider.System);

    public static async Task<IReadOnlyList<Migration>> MigrateAsync(string connectionString) =>
        await Migrator.ApplyAsync(Engine(connectionString));

    public static async Task<Database> OpenAsync(string connectionString) => await Engine(connectionString).OpenAsync(_ => { });
}
