using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace Secronna.Storage.Sqlite;

/// <summary>Binds the parameters of a prepared statement, in order.</summary>
internal sealed unsafe class SqliteParameters
{
    // The size of the pinned buffer. SQLite reads a text in place if it fits into the buffer, and copies other texts.
    private const int BufferSize = 2_048;

    private readonly sqlite3 database;
    private readonly nint statement;
    private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private int bufferUsed;
    private int count;

    /// <exception cref="InvalidOperationException">The numbers of the parameters are not in order of appearance.</exception>
    public SqliteParameters(sqlite3 database, nint statement)
    {
        this.database = database;
        this.statement = statement;
        RequireOrder();
    }

    public void Bind(long value) => Check(NativeSqlite.BindInt64(statement, ++count, value));

    public void BindNull() => Check(NativeSqlite.BindNull(statement, ++count));

    public void Bind(string value)
    {
        if (!Encoding.UTF8.TryGetBytes(value, buffer.AsSpan(bufferUsed), out var length))
        {
            BindCopy(value);
            return;
        }

        var address = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(buffer, bufferUsed);
        bufferUsed += length;
        Check(NativeSqlite.BindText(statement, ++count, address, length, 0));
    }

    public void Bind(ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = &MemoryMarshal.GetReference(value))
        {
            // SQLite would bind NULL for a null address, so an empty blob needs an address too.
            byte empty;
            Check(NativeSqlite.BindBlob(
                statement, ++count, value.IsEmpty ? &empty : bytes, value.Length, NativeSqlite.Transient));
        }
    }

    /// <summary>Starts again at the first parameter. Values that were bound stay until they are replaced.</summary>
    public void Reset() => (count, bufferUsed) = (0, 0);

    private void BindCopy(string value)
    {
        var copy = Encoding.UTF8.GetBytes(value);
        fixed (byte* bytes = copy)
        {
            Check(NativeSqlite.BindText(statement, ++count, bytes, copy.Length, NativeSqlite.Transient));
        }
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            SqliteResult.Check(result, database);
        }
    }

    // SQLite numbers $-parameters by their first appearance, PostgreSQL by the number in their name. Both must agree.
    private void RequireOrder()
    {
        for (var i = 1; i <= NativeSqlite.ParameterCount(statement); i++)
        {
            var name = Marshal.PtrToStringUTF8((nint)NativeSqlite.ParameterName(statement, i));
            if (name != $"${i}")
            {
                throw new InvalidOperationException($"parameter {name} appears out of order");
            }
        }
    }
}
