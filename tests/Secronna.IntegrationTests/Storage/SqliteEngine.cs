using Microsoft.Data.Sqlite;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Storage;

/// <summary>The engine that the storage suite runs over: where its databases are, and how a stranger connects to one.</summary>
internal static class SqliteEngine
{
    public static string ConnectionString(TemporaryFolder folder) => $"Data Source={folder.File("secronna.db")}";

    public static string NewDatabase(TemporaryFolder folder, TimeProvider time)
    {
        var connectionString = ConnectionString(folder);
        Migrator.Apply(connectionString, time);
        return connectionString;
    }

    /// <summary>A connection such as anyone with the file has: none of the server's settings.</summary>
    public static SqliteConnection Stranger(string connectionString)
    {
        var connection = new SqliteConnection(connectionString + ";Pooling=False");
        connection.Open();
        Run(connection, "PRAGMA foreign_keys = OFF");
        Run(connection, "PRAGMA synchronous = OFF");
        return connection;
    }

    public static int Run(SqliteConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    public static T One<T>(SqliteConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return (T)command.ExecuteScalar()!;
    }

    public static List<object[]> All(SqliteConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}
