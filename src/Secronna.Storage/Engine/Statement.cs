namespace Secronna.Storage.Engine;

/// <summary>
/// A statement with its parameters bound in order, from <see cref="Session.Prepare"/>. Disposing it readies it for the
/// next use. Columns count from 0.
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

    /// <summary>Moves to the next row; false at the end.</summary>
    public abstract ValueTask<bool> ReadAsync();

    /// <summary>Runs a statement that gives no rows; the number of rows it changed.</summary>
    public abstract ValueTask<int> ExecuteAsync();

    /// <summary>Whether the column is NULL.</summary>
    public abstract bool IsNull(int column);

    /// <summary>The column as a number.</summary>
    public abstract long GetInt64(int column);

    /// <summary>The column as text.</summary>
    public abstract string GetText(int column);

    /// <summary>The column as bytes; empty when NULL.</summary>
    public abstract byte[] GetBlob(int column);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>The column as a number.</summary>
    public int GetInt32(int column) => checked((int)GetInt64(column));

    /// <summary>The column as a number, or null.</summary>
    public long? GetInt64OrNull(int column) => IsNull(column) ? null : GetInt64(column);

    /// <summary>The column as text, or null.</summary>
    public string? GetTextOrNull(int column) => IsNull(column) ? null : GetText(column);

    /// <summary>The column as bytes, or null.</summary>
    public byte[]? GetBlobOrNull(int column) => IsNull(column) ? null : GetBlob(column);
}
