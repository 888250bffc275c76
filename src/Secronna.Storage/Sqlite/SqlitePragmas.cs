using System.Globalization;
using Microsoft.Data.Sqlite;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// The pragmas of every connection. Each is set and read back, because SQLite ignores settings that it does not accept.
/// </summary>
internal static class SqlitePragmas
{
    /// <summary>How long a statement waits for a lock of another connection.</summary>
    public static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);

    private static readonly (string Name, string Value)[] All =
    [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
        ("secure_delete", "1"),
        ("recursive_triggers", "1"),
        ("trusted_schema", "0"),
        ("cell_size_check", "1"),
        ("temp_store", "2"),
        ("wal_autocheckpoint", "0"),
        ("busy_timeout", BusyTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>Sets all pragmas of a connection.</summary>
    /// <exception cref="StorageSetupException">SQLite did not accept a pragma.</exception>
    public static void SetAll(SqliteConnection connection, int cacheKibibytes)
    {
        foreach (var (name, value) in All)
        {
            Set(connection, name, value);
        }

        Set(connection, "cache_size", $"-{cacheKibibytes}");
    }

    /// <summary>Sets a pragma and reads it back.</summary>
    /// <exception cref="StorageSetupException">SQLite did not accept the pragma.</exception>
    public static void Set(SqliteConnection connection, string name, string value)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {name} = {value}";
        command.ExecuteNonQuery();
        command.CommandText = $"PRAGMA {name}";
        var actual = Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        if (!string.Equals(actual, value, StringComparison.OrdinalIgnoreCase))
        {
            throw new StorageSetupException($"SQLite did not accept the setting {name} = {value}; its value is {actual}");
        }
    }
}
