using System.Data.Common;
using Secronna.Storage.Engine;
using Secronna.Storage.Postgres;
using Secronna.Storage.Sqlite;

namespace Secronna.Storage;

/// <summary>The engines that there are, each made from its connection string. Nothing is opened yet.</summary>
public static class DatabaseEngines
{
    private const string HowItReads =
        "the connection string is not valid: it reads Data Source=FILE (SQLite) or Host=…;Database=…;Username=… (PostgreSQL)";

    /// <summary>A file: <c>Data Source=FILE</c>.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="time">The clock of instants and of the audit trail.</param>
    /// <exception cref="StorageSetupException">The connection string names no file.</exception>
    public static DatabaseEngine Sqlite(string connectionString, TimeProvider time) => new SqliteEngine(connectionString, time);

    /// <summary>A server of PostgreSQL, 13 or later: <c>Host=…;Database=…;Username=…</c>, as Npgsql reads it.</summary>
    /// <exception cref="StorageSetupException">The connection string is not valid.</exception>
    public static DatabaseEngine Postgres(string connectionString) => new PostgresEngine(connectionString);

    /// <summary>What the connection string says by itself: <c>Data Source=</c> is SQLite, <c>Host=</c> PostgreSQL.</summary>
    /// <exception cref="StorageSetupException">It says neither.</exception>
    public static DatabaseEngine Of(string connectionString, TimeProvider time)
    {
        DbConnectionStringBuilder parts;
        try
        {
            parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        }
        catch (ArgumentException exception)
        {
            throw new StorageSetupException(HowItReads, exception);
        }

        return parts.ContainsKey("Data Source") ? Sqlite(connectionString, time)
            : parts.ContainsKey("Host") || parts.ContainsKey("Server") ? Postgres(connectionString)
            : throw new StorageSetupException(HowItReads);
    }
}
