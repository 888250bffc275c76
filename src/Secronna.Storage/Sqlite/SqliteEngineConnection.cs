using Microsoft.Data.Sqlite;
using SQLitePCL;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>A connection to the database file, with a cache of its prepared statements.</summary>
internal sealed class SqliteEngineConnection : IEngineConnection, IDisposable
{
    // Removed from every statement: SQLite does not know them, and its one writer holds every lock.
    private static readonly string[] RowLocks = [" FOR UPDATE SKIP LOCKED", " FOR UPDATE", " FOR KEY SHARE", " FOR SHARE"];

    // The virtual machine of SQLite takes a few microseconds for so many steps.
    private const int StepsBetweenLooks = 1_000;

    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteStatement> statements = new(ReferenceEqualityComparer.Instance);
    private TableWatch? watch;

    public SqliteEngineConnection(SqliteConnection connection)
    {
        this.connection = connection;
        Handle = connection.Handle!;
    }

    public sqlite3 Handle { get; }

    public bool OverwritesInPlace => true;

    /// <summary>Stops the statements that run until it is set again.</summary>
    public CancellationToken Cancellation { get; set; }

    public Statement Prepare(string sql) => Acquire(sql);

    /// <summary>
    /// Calls <paramref name="beforeChange"/> each time before a statement runs that writes to one of these tables, by itself or by a
    /// trigger. Must be called before the first statement.
    /// </summary>
    public void WatchTables(IReadOnlySet<string> tables, Action beforeChange) => watch = new TableWatch(Handle, tables, beforeChange);

    public async ValueTask<int> ExecuteManyAsync<T>(string sql, IReadOnlyList<T> rows, Action<Statement, T> bind)
    {
        var changed = 0;
        foreach (var row in rows)
        {
            await using var statement = Prepare(sql);
            bind(statement, row);
            changed += await statement.ExecuteAsync();
        }

        return changed;
    }

    /// <summary>
    /// Runs a statement without parameters and ignores its rows. Its text must be a constant, because it is cached.
    /// </summary>
    public void Run(string sql)
    {
        var statement = Acquire(sql);
        try
        {
            while (statement.Step())
            {
            }
        }
        finally
        {
            statement.Reset();
        }
    }

    public ValueTask RunAsync(string script)
    {
        watch?.ExpectAnyChange();
        using var command = connection.CreateCommand();
        command.CommandText = script;
        try
        {
            command.ExecuteNonQuery();
        }
        catch (SqliteException exception)
        {
            throw new StorageUnavailableException($"SQLite: {exception.Message}", exception);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Lets running statements fail as soon as <see cref="Cancellation"/> is cancelled. A statement looks at it again and again, so
    /// that a cancellation is never missed and never meets a later statement.
    /// </summary>
    public void LetStatementsStop() => raw.sqlite3_progress_handler(
        Handle, StepsBetweenLooks, static connection => ((SqliteEngineConnection)connection).Cancellation.IsCancellationRequested ? 1 : 0, this);

    /// <summary>
    /// Keeps the write-ahead log when the connection is closed, so that a command that only reads changes no file.
    /// </summary>
    public void KeepLogOnClose() =>
        SqliteResult.Check(raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _), Handle);

    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Free();
        }

        statements.Clear();
        connection.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private SqliteStatement Acquire(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement))
        {
            var text = RowLocks.Aggregate(sql, (text, rowLock) => text.Replace(rowLock, "", StringComparison.Ordinal));
            watch?.Begin();
            statement = new SqliteStatement(Handle, text) { WritesWatchedTable = watch is { HasSeenWrite: true } };
            statements.Add(sql, statement);
        }

        if (statement.WritesWatchedTable)
        {
            watch!.ExpectAnyChange();
        }

        return statement.Acquire();
    }
}
