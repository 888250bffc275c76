using SQLitePCL;

namespace Secronna.Storage.Engine;

/// <summary>
/// A prepared statement with its parameters bound in order, from <see cref="Session.Prepare"/>. Disposing it resets it
/// for the next use. Columns count from 0.
/// </summary>
public sealed class Statement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt handle;
    private int bound;
    private bool inUse;

    internal Statement(sqlite3 database, string sql)
    {
        this.database = database;
        SqliteResult.Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out handle), database);
        CheckParameterOrder();
    }

    internal Statement Take()
    {
        if (inUse)
        {
            throw new InvalidOperationException("the statement is already in use in this session");
        }

        inUse = true;
        return this;
    }

    internal void Finish() => handle.Dispose();

    /// <summary>Binds the next parameter.</summary>
    public Statement Bind(long value)
    {
        SqliteResult.Check(raw.sqlite3_bind_int64(handle, ++bound, value), database);
        return this;
    }

    /// <summary>Binds the next parameter.</summary>
    public Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    /// <summary>Binds the next parameter.</summary>
    public Statement Bind(string? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        SqliteResult.Check(raw.sqlite3_bind_text(handle, ++bound, value), database);
        return this;
    }

    /// <summary>Binds the next parameter.</summary>
    public Statement Bind(ReadOnlySpan<byte> value)
    {
        SqliteResult.Check(raw.sqlite3_bind_blob(handle, ++bound, value), database);
        return this;
    }

    /// <summary>Moves to the next row; false at the end.</summary>
    public ValueTask<bool> ReadAsync() => new(Step());

    /// <summary>Runs a statement that gives no rows; the number of rows it changed.</summary>
    public ValueTask<int> ExecuteAsync()
    {
        Step();
        return new(raw.sqlite3_changes(database));
    }

    /// <summary>Whether the column is NULL.</summary>
    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    /// <summary>The column as a number.</summary>
    public long GetInt64(int column) => raw.sqlite3_column_int64(handle, column);

    /// <summary>The column as a number.</summary>
    public int GetInt32(int column) => raw.sqlite3_column_int(handle, column);

    /// <summary>The column as a number, or null.</summary>
    public long? GetInt64OrNull(int column) => IsNull(column) ? null : GetInt64(column);

    /// <summary>The column as text.</summary>
    public string GetText(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    /// <summary>The column as text, or null.</summary>
    public string? GetTextOrNull(int column) => IsNull(column) ? null : GetText(column);

    /// <summary>The column as bytes; empty when NULL.</summary>
    public byte[] GetBlob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    /// <summary>The column as bytes, or null.</summary>
    public byte[]? GetBlobOrNull(int column) => IsNull(column) ? null : GetBlob(column);

    /// <inheritdoc/>
    public void Dispose()
    {
        bound = 0;
        inUse = false;
        // The result repeats an error that the step has reported already.
        _ = raw.sqlite3_reset(handle);
        _ = raw.sqlite3_clear_bindings(handle);
    }

    internal bool Step()
    {
        var result = raw.sqlite3_step(handle);
        SqliteResult.Check(result, database);
        return result == raw.SQLITE_ROW;
    }

    private Statement BindNull()
    {
        SqliteResult.Check(raw.sqlite3_bind_null(handle, ++bound), database);
        return this;
    }

    // SQLite numbers $-parameters by first appearance, PostgreSQL by their number: both must agree.
    private void CheckParameterOrder()
    {
        for (var i = 1; i <= raw.sqlite3_bind_parameter_count(handle); i++)
        {
            var name = raw.sqlite3_bind_parameter_name(handle, i).utf8_to_string();
            if (name != $"${i}")
            {
                throw new InvalidOperationException($"parameter {name} appears out of order");
            }
        }
    }
}
