using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>A prepared statement of SQLite. Everything of it ends at once.</summary>
internal sealed unsafe class SqliteStatement : Statement
{
    // Most of what is bound fits here and is read by SQLite in place; the rest it copies.
    private const int ArenaSize = 2_048;

    private readonly sqlite3 database;
    private readonly nint connection;
    private readonly nint handle;
    private readonly byte[] arena = GC.AllocateUninitializedArray<byte>(ArenaSize, pinned: true);
    private int arenaUsed;
    private int bound;
    private bool inUse;

    public SqliteStatement(sqlite3 database, string sql)
    {
        this.database = database;
        connection = database.DangerousGetHandle();
        fixed (byte* text = Encoding.UTF8.GetBytes(sql + '\0'))
        {
            var result = NativeSqlite.Prepare(connection, text, -1, raw.SQLITE_PREPARE_PERSISTENT, out handle, 0);
            SqliteResult.Check(result, database);
        }

        CheckParameterOrder();
    }

    public SqliteStatement Take()
    {
        if (inUse)
        {
            throw new InvalidOperationException("the statement is already in use in this session");
        }

        inUse = true;
        return this;
    }

    public void Finish() => _ = NativeSqlite.Finish(handle);

    /// <inheritdoc/>
    public override Statement Bind(long value) => Check(NativeSqlite.BindInt64(handle, ++bound, value));

    /// <inheritdoc/>
    public override Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    /// <inheritdoc/>
    public override Statement Bind(string? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        var room = arena.AsSpan(arenaUsed);
        if (!Encoding.UTF8.TryGetBytes(value, room, out var length))
        {
            return BindCopy(value);
        }

        var place = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(arena, arenaUsed);
        arenaUsed += length;
        return Check(NativeSqlite.BindText(handle, ++bound, place, length, 0));
    }

    /// <inheritdoc/>
    public override Statement Bind(ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = &MemoryMarshal.GetReference(value))
        {
            // An empty blob needs an address all the same: without one it would be NULL.
            byte nothing;
            return Check(NativeSqlite.BindBlob(
                handle, ++bound, value.IsEmpty ? &nothing : bytes, value.Length, NativeSqlite.Transient));
        }
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

    public void Reset()
    {
        (bound, arenaUsed, inUse) = (0, 0, false);
        // The result repeats an error that the step has reported already. What is bound stays until it is bound anew.
        _ = NativeSqlite.Reset(handle);
    }

    public bool Step()
    {
        var result = NativeSqlite.Step(handle);
        Check(result);
        return result == raw.SQLITE_ROW;
    }

    private SqliteStatement BindCopy(string value)
    {
        var copy = Encoding.UTF8.GetBytes(value);
        fixed (byte* bytes = copy)
        {
            return Check(NativeSqlite.BindText(handle, ++bound, bytes, copy.Length, NativeSqlite.Transient));
        }
    }

    private SqliteStatement BindNull() => Check(NativeSqlite.BindNull(handle, ++bound));

    private SqliteStatement Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            SqliteResult.Check(result, database);
        }

        return this;
    }

    // SQLite numbers $-parameters by first appearance, PostgreSQL by their number: both must agree.
    private void CheckParameterOrder()
    {
        for (var i = 1; i <= NativeSqlite.ParameterCount(handle); i++)
        {
            var name = Marshal.PtrToStringUTF8((nint)NativeSqlite.ParameterName(handle, i));
            if (name != $"${i}")
            {
                throw new InvalidOperationException($"parameter {name} appears out of order");
            }
        }
    }
}
