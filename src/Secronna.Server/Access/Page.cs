namespace Secronna.Server.Access;

/// <summary>Which page of a list is asked for: what comes after a position, so many entries at most.</summary>
/// <param name="After">The position that the page before ended with; null for the first page.</param>
/// <param name="Limit">Entries at most.</param>
internal sealed record PageRequest(string? After, int Limit);

/// <summary>A page of a list.</summary>
/// <param name="Items">The entries.</param>
/// <param name="Next">Where the next page begins; null at the end.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    /// <summary>A page from rows of which one more than the limit was read, if there was one.</summary>
    public static Page<T> From<TRow>(List<TRow> rows, PageRequest request, Func<TRow, T> convert, Func<TRow, string> position)
    {
        var more = rows.Count > request.Limit;
        if (more)
        {
            rows.RemoveAt(request.Limit);
        }

        return new Page<T>([.. rows.Select(convert)], more ? position(rows[^1]) : null);
    }
}
