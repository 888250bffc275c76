using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Secronna.EndToEndTests.Backup;

/// <summary>A database's file as a stranger with the file in hands sees and changes it.</summary>
internal static class SqliteFile
{
    public static string ConnectionString(string path) => $"Data Source={path}";

    public static async Task<DbConnection> OpenAsync(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False;Foreign Keys=False");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs statements that may do what the program never would.</summary>
    public static async Task RunAsync(string path, string sql, params (string Name, object Value)[] parameters)
    {
        await using var connection = await OpenAsync(path);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(new SqliteParameter(name, value));
        }

        Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
    }

    public static async Task<T> OneAsync<T>(string path, string sql)
    {
        await using var connection = await OpenAsync(path);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Assert.IsType<T>(await command.ExecuteScalarAsync());
    }

    /// <summary>As if the last server had stopped long ago.</summary>
    public static Task ForgetServersAsync(string path) => RunAsync(path, "UPDATE installation SET probed_at = 0");
}
