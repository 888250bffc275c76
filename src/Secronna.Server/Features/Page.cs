using Secronna.Server.Access;

namespace Secronna.Server.Features;

/// <summary>Which page of a list is asked for: what comes after a position, so many entries at most.</summary>
/// <param name="After">The position that the page before ended with; null for the first page.</param>
/// <param name="Limit">Entries at most.</param>
internal sealed record PageRequest(string? After, int Limit)
{
    // Of a list that a caller with grants sees a part of: what one look reads.
    private const int Look = 500;

    /// <summary>
    /// The rows of a page and one more, if there is one: of those that the caller sees. Positions are of seen rows alone,
    /// so that neither a cursor nor a page's end tells of others.
    /// </summary>
    public async ValueTask<List<T>> VisibleAsync<T>(
        Caller caller, Func<string, int, ValueTask<List<T>>> list, Func<T, bool> isVisible, Func<T, string> position)
    {
        if (caller.Grants.IsEverything)
        {
            return await list(After ?? "", Limit + 1);
        }

        var found = new List<T>();
        List<T> rows;
        var after = After ?? "";
        do
        {
            rows = await list(after, Look);
            found.AddRange(rows.Where(isVisible).Take(Limit + 1 - found.Count));
            after = rows.Count > 0 ? position(rows[^1]) : after;
        }
        while (rows.Count == Look && found.Count <= Limit);
        return found;
    }
}

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
