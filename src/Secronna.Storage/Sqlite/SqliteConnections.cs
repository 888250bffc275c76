using System.Globalization;
using Microsoft.Data.Sqlite;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>Opens connections to one database file with every pragma set and read back.</summary>
internal sealed class SqliteConnections
{
    /// <summary>How long a statement waits for another process's lock.</summary>
    public static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);

    private static readonly (string Name, string Value)[] Pragmas =
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

    private readonly string connectionString;
    private readonly TimeProvider time;

    /// <exception cref="StorageSetupException">The connection string names no file.</exception>
    public SqliteConnections(string connectionString, TimeProvider time)
    {
        this.time = time;
        SqliteConnectionStringBuilder builder;
        try
        {
            builder = new SqliteConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException exception)
        {
            throw new StorageSetupException("the SQLite connection string is not valid; it reads Data Source=FILE", exception);
        }

        // A file: URI could say more than a path does, such as mode=memory.
        if (builder.DataSource is "" or ":memory:" || builder.Mode == SqliteOpenMode.Memory
            || builder.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            throw new StorageSetupException("the SQLite connection string must name a file: Data Source=FILE");
        }

        builder.Pooling = false;
        builder.Cache = SqliteCacheMode.Private;
        builder.Mode = SqliteOpenMode.ReadWrite;
        FilePath = Path.GetFullPath(builder.DataSource);
        builder.DataSource = FilePath;
        this.connectionString = builder.ToString();
    }

    public string FilePath { get; }

    /// <summary>Makes the file, readable by its owner alone (S28), where there is none.</summary>
    public void CreateFile()
    {
        if (File.Exists(FilePath))
        {
            return;
        }

        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            new FileStream(FilePath, options).Dispose();
        }
        catch (IOException) when (File.Exists(FilePath))
        {
            // Another process made it meanwhile.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageSetupException($"the database file {FilePath} can't be created: {exception.Message}", exception);
        }
    }

    /// <exception cref="StorageSetupException">There is no file.</exception>
    public void RequireFile()
    {
        if (!File.Exists(FilePath))
        {
            throw new StorageSetupException(
                $"there is no database at {FilePath}: run `secronna-server migrate`, or start with --migrate");
        }
    }

    /// <summary>A connection with this many KiB of page cache.</summary>
    /// <exception cref="StorageSetupException">No file, or a pragma that did not take.</exception>
    public SqliteConnection Open(int cacheKibibytes)
    {
        RequireFile();
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            SetPragmas(connection, cacheKibibytes);
            AddClock(connection);
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new StorageSetupException(
                $"the database {FilePath} can't be opened ({exception.SqliteExtendedErrorCode}): {exception.Message}", exception);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void SetPragmas(SqliteConnection connection, int cacheKibibytes)
    {
        foreach (var (name, value) in Pragmas)
        {
            SetPragma(connection, name, value);
        }

        SetPragma(connection, "cache_size", $"-{cacheKibibytes}");
    }

    // PostgreSQL's clock is its own; here it is the program's.
    private void AddClock(SqliteConnection connection)
    {
        connection.CreateFunction("now_us", Now);
        connection.CreateFunction("instant_after", (long last) => Math.Max(Now(), last + 1));
    }

    private long Now() => (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    internal static void SetPragma(SqliteConnection connection, string name, string value)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {name} = {value}";
        command.ExecuteNonQuery();
        command.CommandText = $"PRAGMA {name}";
        var actual = Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        if (!string.Equals(actual, value, StringComparison.OrdinalIgnoreCase))
        {
            throw new StorageSetupException($"SQLite did not take the setting {name} = {value}; it says {actual}");
        }
    }
}
