using System.Data.Common;
using Secronna.Storage.Engine;
using Secronna.Storage.Postgres;
using Secronna.Storage.Sqlite;

namespace Secronna.Storage;

/// <summary>Creates the engine of a database from its connection string. It opens nothing.</summary>
public static class DatabaseEngines
{
    private const string InvalidConnectionString = "the connection string is not valid: "
        + "it must be Data Source=FILE (SQLite) or Host=…;Database=…;Username=… (PostgreSQL)";

    /// <summary>A database in a file.</summary>
    /// <param name="connectionString">The connection string, <c>Data Source=FILE</c>.</param>
    /// <param name="time">The clock that gives the instants of changes and the times of audit entries.</param>
    /// <exception cref="StorageSetupException">The connection string names no file.</exception>
    public static DatabaseEngine Sqlite(string connectionString, TimeProvider time) => new SqliteEngine(connectionString, time);

    /// <summary>The connection string of a database in a file. The file's path may hold any character.</summary>
    public static string SqliteConnectionString(string file) =>
        new DbConnectionStringBuilder { ["Data Source"] = file }.ConnectionString;

    /// <summary>A database of a PostgreSQL server, version 13 or later.</summary>
    /// <param name="connectionString">
    /// The connection string, <c>Host=…;Database=…;Username=…</c>, in the format of Npgsql.
    /// </param>
    /// <exception cref="StorageSetupException">The connection string is not valid.</exception>
    public static DatabaseEngine Postgres(string connectionString) => new PostgresEngine(connectionString);

    /// <summary>
    /// Chooses the engine by the connection string: SQLite if it has <c>Data Source=</c>, PostgreSQL if it has <c>Host=</c>.
    /// </summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="time">
    /// The clock that gives the instants of changes and the times of audit entries. PostgreSQL uses the database's clock instead.
    /// </param>
    /// <exception cref="StorageSetupException">The connection string is not valid, or has neither of the two.</exception>
    public static DatabaseEngine FromConnectionString(string connectionString, TimeProvider time)
    {
        DbConnectionStringBuilder parts;
        try
        {
            parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        }
        catch (ArgumentException exception)
        {
            throw new StorageSetupException(InvalidConnectionString, exception);
        }

        return parts.ContainsKey("Data Source") ? Sqlite(connectionString, time)
            : parts.ContainsKey("Host") || parts.ContainsKey("Server") ? Postgres(connectionString)
            : throw new StorageSetupException(InvalidConnectionString);
    }
}
