using System.Text;
using SQLitePCL;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>A prepared statement of SQLite. All its calls complete synchronously.</summary>
internal sealed unsafe class SqliteStatement : Statement
{
    private readonly sqlite3 database;
    private readonly nint connection;
    private readonly nint handle;
    private readonly SqliteParameters parameters;
    private bool isInUse;

    public SqliteStatement(sqlite3 database, string sql)
    {
        this.database = database;
        connection = database.DangerousGetHandle();
        fixed (byte* text = Encoding.UTF8.GetBytes(sql + '\0'))
        {
            var result = NativeSqlite.Prepare(connection, text, -1, raw.SQLITE_PREPARE_PERSISTENT, out handle, 0);
            SqliteResult.Check(result, database);
        }

        parameters = new SqliteParameters(database, handle);
    }

    /// <summary>Whether the statement writes to a table that its connection watches.</summary>
    public bool WritesWatchedTable { get; init; }

    /// <summary>Marks the statement as in use, until it is reset.</summary>
    /// <exception cref="InvalidOperationException">The statement is in use.</exception>
    public SqliteStatement Acquire()
    {
        if (isInUse)
        {
            throw new InvalidOperationException("the statement is already in use in this session");
        }

        isInUse = true;
        return this;
    }

    /// <summary>Frees the native statement.</summary>
    public void Free() => _ = NativeSqlite.Finish(handle);

    /// <inheritdoc/>
    public override Statement Bind(long value)
    {
        parameters.Bind(value);
        return this;
    }

    /// <inheritdoc/>
    public override Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    /// <inheritdoc/>
    public override Statement Bind(string? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        parameters.Bind(value);
        return this;
    }

    /// <inheritdoc/>
    public override Statement Bind(ReadOnlySpan<byte> value)
    {
        parameters.Bind(value);
        return this;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> ReadAsync() => new(Step());

    /// <inheritdoc/>
    public override ValueTask<int> ExecuteAsync()
    {
        Step();
        return new(NativeSqlite.Changes(connection));
    }

    /// <inheritdoc/>
    public override bool IsNull(int column) => NativeSqlite.ColumnType(handle, column) == raw.SQLITE_NULL;

    /// <inheritdoc/>
    public override long GetInt64(int column) => NativeSqlite.ColumnInt64(handle, column);

    /// <inheritdoc/>
    public override string GetText(int column)
    {
        var text = NativeSqlite.ColumnText(handle, column);
        return Encoding.UTF8.GetString(text, NativeSqlite.ColumnBytes(handle, column));
    }

    /// <inheritdoc/>
    public override byte[] GetBlob(int column)
    {
        var bytes = NativeSqlite.ColumnBlob(handle, column);
        return new ReadOnlySpan<byte>(bytes, NativeSqlite.ColumnBytes(handle, column)).ToArray();
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Reset();
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes the statement ready for its next use.</summary>
    public void Reset()
    {
        isInUse = false;
        parameters.Reset();
        // The result of the reset repeats an error that Step has thrown already.
        _ = NativeSqlite.Reset(handle);
    }

    /// <summary>Moves to the next row. Returns false after the last row.</summary>
    public bool Step()
    {
        var result = NativeSqlite.Step(handle);
        if (result != raw.SQLITE_OK)
        {
            SqliteResult.Check(result, database);
        }

        return result == raw.SQLITE_ROW;
    }

    private SqliteStatement BindNull()
    {
        parameters.BindNull();
        return this;
    }
}
