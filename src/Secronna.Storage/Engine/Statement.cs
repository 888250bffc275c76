namespace Secronna.Storage.Engine;

/// <summary>
/// A prepared statement from <see cref="Session.Prepare"/>. Each <c>Bind</c> binds the next parameter, in order. Disposing of the
/// statement makes it ready for its next use. Columns count from 0.
/// </summary>
public abstract class Statement : IAsyncDisposable
{
    /// <summary>Binds the next parameter.</summary>
    public abstract Statement Bind(long value);

    /// <summary>Binds the next parameter.</summary>
    public abstract Statement Bind(long? value);

    /// <summary>Binds the next parameter.</summary>
    public abstract Statement Bind(string? value);

    /// <summary>Binds the next parameter.</summary>
    public abstract Statement Bind(ReadOnlySpan<byte> value);

    /// <summary>Moves to the next row. Returns false after the last row.</summary>
    public abstract ValueTask<bool> ReadAsync();

    /// <summary>Runs a statement that returns no rows. Returns the number of rows that it changed.</summary>
    public abstract ValueTask<int> ExecuteAsync();

    /// <summary>Whether the column is NULL.</summary>
    public abstract bool IsNull(int column);

    /// <summary>The column as a number.</summary>
    public abstract long GetInt64(int column);

    /// <summary>The column as text.</summary>
    public abstract string GetText(int column);

    /// <summary>The column as bytes; an empty array when it is NULL.</summary>
    public abstract byte[] GetBlob(int column);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>The column as a number of four bytes.</summary>
    /// <exception cref="OverflowException">The number is larger.</exception>
    public int GetInt32(int column) => checked((int)GetInt64(column));

    /// <summary>Reads all rows that are left.</summary>
    /// <param name="read">Reads the current row.</param>
    public async ValueTask<List<T>> ReadAllAsync<T>(Func<Statement, T> read)
    {
        var rows = new List<T>();
        while (await ReadAsync())
        {
            rows.Add(read(this));
        }

        return rows;
    }

    /// <summary>The column as a number; <c>null</c> when it is NULL.</summary>
    public long? GetInt64OrNull(int column) => IsNull(column) ? null : GetInt64(column);

    /// <summary>The column as text; <c>null</c> when it is NULL.</summary>
    public string? GetTextOrNull(int column) => IsNull(column) ? null : GetText(column);

    /// <summary>The column as bytes; <c>null</c> when it is NULL.</summary>
    public byte[]? GetBlobOrNull(int column) => IsNull(column) ? null : GetBlob(column);
}
