using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>Opens connections to one database file, with every pragma and the functions of the clock.</summary>
internal sealed partial class SqliteConnections
{
    private readonly string connectionString;
    private readonly TimeProvider time;

    /// <exception cref="StorageSetupException">The connection string is not valid, or names no file.</exception>
    public SqliteConnections(string connectionString, TimeProvider time)
    {
        this.time = time;
        var builder = Parse(connectionString);
        builder.Pooling = false;
        builder.Cache = SqliteCacheMode.Private;
        builder.Mode = SqliteOpenMode.ReadWrite;
        FilePath = Path.GetFullPath(builder.DataSource);
        builder.DataSource = FilePath;
        this.connectionString = builder.ToString();
    }

    public string FilePath { get; }

    /// <summary>The time that the functions of the clock give, in microseconds since 1970.</summary>
    public long Now() => (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Creates the file and its folder, readable by their owner alone (S28), if they do not exist.</summary>
    /// <exception cref="StorageSetupException">The file can't be created.</exception>
    public void CreateFileIfMissing()
    {
        if (File.Exists(FilePath))
        {
            return;
        }

        try
        {
            OwnerOnlyFile.CreateFolder(Path.GetDirectoryName(FilePath)!);
            OwnerOnlyFile.Create(FilePath);
        }
        catch (IOException) when (File.Exists(FilePath))
        {
            // Another process created the file meanwhile.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageSetupException($"the database file {FilePath} can't be created: {exception.Message}", exception);
        }
    }

    /// <exception cref="StorageSetupException">The file does not exist.</exception>
    public void RequireFile()
    {
        if (!File.Exists(FilePath))
        {
            throw new StorageSetupException(
                $"there is no database at {FilePath}: run `secronna-server migrate`, or start with --migrate");
        }
    }

    /// <summary>Opens a connection.</summary>
    /// <param name="cacheKibibytes">The size of the page cache in KiB.</param>
    /// <exception cref="StorageSetupException">
    /// The file does not exist or is not a database, or SQLite did not accept a pragma.
    /// </exception>
    public SqliteConnection Open(int cacheKibibytes)
    {
        RequireFile();
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            SqlitePragmas.SetAll(connection, cacheKibibytes);
            AddClockFunctions(connection);
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new StorageSetupException(
                $"the database {FilePath} can't be opened ({exception.SqliteExtendedErrorCode}): "
                + (SqliteFileOwners.FindProblem(FilePath) ?? exception.Message),
                exception);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteConnectionStringBuilder Parse(string connectionString)
    {
        SqliteConnectionStringBuilder builder;
        try
        {
            builder = new SqliteConnectionStringBuilder(connectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException)
        {
            throw new StorageSetupException(
                "the SQLite connection string is not valid: it must be Data Source=FILE; for PostgreSQL set Secronna__Storage__Provider=PostgreSql");
        }

        RequireOneFile(builder);

        // A file: URI is refused, because it can hold options such as mode=memory.
        return builder.DataSource is "" or ":memory:" || builder.Mode == SqliteOpenMode.Memory
            || builder.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            ? throw new StorageSetupException("the SQLite connection string must name a file: Data Source=FILE")
            : builder;
    }

    // Messages show the file's path. A string that is not separated by semicolons, or that is a URI, would put a password into it.
    private static void RequireOneFile(SqliteConnectionStringBuilder builder)
    {
        if (builder.Password.Length > 0)
        {
            throw new StorageSetupException("the SQLite connection string has a Password, which is for another database: it must be Data Source=FILE");
        }

        if (OtherParameter().IsMatch(builder.DataSource))
        {
            throw new StorageSetupException(
                "the SQLite connection string must be Data Source=FILE, and Data Source holds more than a file's path: separate parameters by semicolons");
        }
    }

    // A word before an equals sign at the beginning or after a space, or the beginning of a URI.
    [GeneratedRegex(@"(^|\s)\w+\s*=|://")]
    private static partial Regex OtherParameter();

    // On PostgreSQL a migration defines these functions, which use the database's clock. Here they use the program's clock.
    private void AddClockFunctions(SqliteConnection connection)
    {
        connection.CreateFunction("now_us", Now);
        connection.CreateFunction("instant_after", (long last) => Math.Max(Now(), last + 1));
    }
}
