using Microsoft.Data.Sqlite;
using SQLitePCL;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>A connection to the file, with its prepared statements.</summary>
internal sealed class SqliteEngineConnection : IEngineConnection, IDisposable
{
    // The one writer holds every lock there is.
    private static readonly string[] RowLocks = [" FOR UPDATE SKIP LOCKED", " FOR UPDATE", " FOR KEY SHARE", " FOR SHARE"];

    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteStatement> statements = new(ReferenceEqualityComparer.Instance);

    public SqliteEngineConnection(SqliteConnection connection)
    {
        this.connection = connection;
        Handle = connection.Handle!;
    }

    public sqlite3 Handle { get; }

    public bool OverwritesInPlace => true;

    public Statement Prepare(string sql) => Take(sql);

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

    /// <summary>One statement, prepared for the next time too. The text must be a constant.</summary>
    public void Run(string sql)
    {
        var statement = Take(sql);
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

    /// <summary>Closing leaves the write-ahead log as it is, so that a look writes nothing into the database's file.</summary>
    public void KeepLogOnClose() =>
        SqliteResult.Check(raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _), Handle);

    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Finish();
        }

        statements.Clear();
        connection.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private SqliteStatement Take(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement))
        {
            statement = new SqliteStatement(Handle, RowLocks.Aggregate(sql, (text, rowLock) => text.Replace(rowLock, "", StringComparison.Ordinal)));
            statements.Add(sql, statement);
        }

        return statement.Take();
    }
}
