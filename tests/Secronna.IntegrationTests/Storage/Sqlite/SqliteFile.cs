using Microsoft.Data.Sqlite;
using Secronna.IntegrationTests.Engines;
using Secronna.Storage;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Storage.Sqlite;

/// <summary>Databases for tests of the SQLite file itself.</summary>
internal static class SqliteFile
{
    public static string ConnectionString(TemporaryFolder folder) => $"Data Source={folder.File("secronna.db")}";

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

    /// <summary>
    /// A connection that bypasses the server and has none of its settings. It checks no references between rows.
    /// </summary>
    public static SqliteConnection ConnectDirectly(string connectionString)
    {
        var connection = new SqliteConnection(connectionString + ";Pooling=False");
        connection.Open();
        connection.Run("PRAGMA foreign_keys = OFF");
        connection.Run("PRAGMA synchronous = OFF");
        return connection;
    }
}
