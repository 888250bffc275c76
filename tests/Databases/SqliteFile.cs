using Microsoft.Data.Sqlite;
using Xunit;

namespace Secronna.Tests.Databases;

/// <summary>A database's file as a stranger who holds the file sees and changes it.</summary>
internal static class SqliteFile
{
    public static string ConnectionString(string path) => $"Data Source={path}";

    /// <summary>A connection such as anyone with the file has: none of the server's settings.</summary>
    public static SqliteConnection ConnectDirectly(string connectionString)
    {
        var connection = new SqliteConnection(connectionString + ";Pooling=False");
        connection.Open();
        connection.Run("PRAGMA foreign_keys = OFF");
        connection.Run("PRAGMA synchronous = OFF");
        return connection;
    }

    /// <summary>Runs statements that may do what the program never would; some row must be changed by them.</summary>
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

    /// <summary>As if the last server had stopped long ago.</summary>
    public static void ForgetServers(string path) => Run(path, "UPDATE installation SET probed_at = 0");
}
