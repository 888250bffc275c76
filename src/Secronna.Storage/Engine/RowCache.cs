namespace Secronna.Storage.Engine;

/// <summary>
/// Rows that were read before, by id, as the database holds them: sealed, and never a value or a key. It is exact only if it is
/// cleared before any of its rows can change. It is not safe for concurrent use.
/// </summary>
/// <remarks>
/// There are two generations. A row that is found in the older one moves to the recent one. When the recent one is full, the
/// older one is dropped. So rows that are read often stay, and no order of uses has to be kept.
/// </remarks>
/// <param name="maxBytes">The most bytes that the rows may have together.</param>
internal sealed class RowCache(long maxBytes)
{
    private Dictionary<string, (object Row, long Bytes)> recent = new(StringComparer.Ordinal);
    private Dictionary<string, (object Row, long Bytes)> older = new(StringComparer.Ordinal);
    private long recentBytes;

    /// <summary>How many rows the cache holds.</summary>
    public int Count => recent.Count + older.Count;

    /// <summary>Finds a row; <c>null</c> if the cache does not hold it.</summary>
    public object? Find(string id)
    {
        if (recent.TryGetValue(id, out var found))
        {
            return found.Row;
        }

        if (!older.Remove(id, out found))
        {
            return null;
        }

        Add(id, found.Row, found.Bytes);
        return found.Row;
    }

    /// <summary>Keeps a row that was just read. It is not kept if it alone is too large.</summary>
    /// <param name="id">The row's id.</param>
    /// <param name="row">The row.</param>
    /// <param name="bytes">About how much memory the row takes.</param>
    public void Add(string id, object row, long bytes)
    {
        if (bytes > maxBytes / 2)
        {
            return;
        }

        if (recentBytes + bytes > maxBytes / 2)
        {
            (older, recent, recentBytes) = (recent, older, 0);
            recent.Clear();
        }

        recent[id] = (row, bytes);
        recentBytes += bytes;
    }

    /// <summary>Drops all rows.</summary>
    public void Clear()
    {
        recent.Clear();
        older.Clear();
        recentBytes = 0;
    }
}
