using Microsoft.Data.Sqlite;
using Xunit;

namespace Secronna.Tests.Databases;

/// <summary>Reads and changes a database's file as a stranger with a copy of the file could.</summary>
internal static class SqliteFile
{
    public static string ConnectionString(string path) => $"Data Source={path}";

    /// <summary>Opens a connection without any of the server's settings, as anyone with the file could.</summary>
    public static SqliteConnection ConnectDirectly(string connectionString)
    {
        var connection = new SqliteConnection(connectionString + ";Pooling=False");
        connection.Open();
        connection.Run("PRAGMA foreign_keys = OFF");
        connection.Run("PRAGMA synchronous = OFF");
        return connection;
    }

    /// <summary>Runs statements that the program itself might never run. The statements must change at least one row.</summary>
    public static void Run(string path, string sql, params (string Name, object? Value)[] parameters)
    {
        using var direct = ConnectDirectly(ConnectionString(path));
        Assert.NotEqual(0, direct.Run(sql, parameters));
    }

    public static T One<T>(string path, string sql)
    {
        using var direct = ConnectDirectly(ConnectionString(path));
        return Assert.IsType<T>(direct.One<object>(sql));
    }

    /// <summary>Makes the database look as if the last server had stopped long ago.</summary>
    public static void ForgetServers(string path) => Run(path, "UPDATE installation SET probed_at = 0");
}
