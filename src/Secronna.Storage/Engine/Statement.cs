using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace Secronna.Storage.Engine;

/// <summary>
/// A prepared statement with its parameters bound in order, from <see cref="Session.Prepare"/>. Disposing it resets it
/// for the next use. Columns count from 0.
/// </summary>
public sealed unsafe class Statement : IDisposable
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

    internal Statement(sqlite3 database, string sql)
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

    internal Statement Take()
    {
        if (inUse)
        {
            throw new InvalidOperationException("the statement is already in use in this session");
        }

        inUse = true;
        return this;
    }

    internal void Finish() => _ = NativeSqlite.Finish(handle);

    /// <summary>Binds the next parameter.</summary>
    public Statement Bind(long value) => Check(NativeSqlite.BindInt64(handle, ++bound, value));

    /// <summary>Binds the next parameter.</summary>
    public Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    /// <summary>Binds the next parameter.</summary>
    public Statement Bind(string? value)
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

    /// <summary>Binds the next parameter.</summary>
    public Statement Bind(ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = &MemoryMarshal.GetReference(value))
        {
            // An empty blob needs an address all the same: without one it would be NULL.
            byte nothing;
            return Check(NativeSqlite.BindBlob(
                handle, ++bound, value.IsEmpty ? &nothing : bytes, value.Length, NativeSqlite.Transient));
        }
    }

    /// <summary>Moves to the next row; false at the end.</summary>
    public ValueTask<bool> ReadAsync() => new(Step());

    /// <summary>Runs a statement that gives no rows; the number of rows it changed.</summary>
    public ValueTask<int> ExecuteAsync()
    {
        Step();
        return new(NativeSqlite.Changes(connection));
    }

    /// <summary>Whether the column is NULL.</summary>
    public bool IsNull(int column) => NativeSqlite.ColumnType(handle, column) == raw.SQLITE_NULL;

    /// <summary>The column as a number.</summary>
    public long GetInt64(int column) => NativeSqlite.ColumnInt64(handle, column);

    /// <summary>The column as a number.</summary>
    public int GetInt32(int column) => checked((int)GetInt64(column));

    /// <summary>The column as a number, or null.</summary>
    public long? GetInt64OrNull(int column) => IsNull(column) ? null : GetInt64(column);

    /// <summary>The column as text.</summary>
    public string GetText(int column)
    {
        var text = NativeSqlite.ColumnText(handle, column);
        return Encoding.UTF8.GetString(text, NativeSqlite.ColumnBytes(handle, column));
    }

    /// <summary>The column as text, or null.</summary>
    public string? GetTextOrNull(int column) => IsNull(column) ? null : GetText(column);

    /// <summary>The column as bytes; empty when NULL.</summary>
    public byte[] GetBlob(int column)
    {
        var bytes = NativeSqlite.ColumnBlob(handle, column);
        return new ReadOnlySpan<byte>(bytes, NativeSqlite.ColumnBytes(handle, column)).ToArray();
    }

    /// <summary>The column as bytes, or null.</summary>
    public byte[]? GetBlobOrNull(int column) => IsNull(column) ? null : GetBlob(column);

    /// <inheritdoc/>
    public void Dispose()
    {
        (bound, arenaUsed, inUse) = (0, 0, false);
        // The result repeats an error that the step has reported already. What is bound stays until it is bound anew.
        _ = NativeSqlite.Reset(handle);
    }

    internal bool Step()
    {
        var result = NativeSqlite.Step(handle);
        Check(result);
        return result == raw.SQLITE_ROW;
    }

    private Statement BindCopy(string value)
    {
        var copy = Encoding.UTF8.GetBytes(value);
        fixed (byte* bytes = copy)
        {
            return Check(NativeSqlite.BindText(handle, ++bound, bytes, copy.Length, NativeSqlite.Transient));
        }
    }

    private Statement BindNull() => Check(NativeSqlite.BindNull(handle, ++bound));

    private Statement Check(int result)
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
