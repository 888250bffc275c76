namespace Secronna.Server.Access;

/// <summary>The page of a list that a caller asks for.</summary>
/// <param name="After">The position where the page before ended; <c>null</c> for the first page.</param>
/// <param name="Limit">The largest number of items that the page may have.</param>
internal sealed record PageRequest(string? After, int Limit);

/// <summary>Data with parts of lists, which go on in further pages.</summary>
/// <param name="Data">The data.</param>
/// <param name="Next">The position where the page ended; <c>null</c> if no page follows.</param>
internal sealed record PagedData<T>(T Data, string? Next);

/// <summary>A page of a list.</summary>
/// <param name="Items">The items of the page.</param>
/// <param name="Next">
/// The position where the page ended; <c>null</c> if no page follows. It may be that of a row that the caller must not see, so
/// only a sealed cursor shows it.
/// </param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    /// <summary>Makes a page of rows. A row beyond the limit shows that another page follows.</summary>
    /// <param name="rows">The rows, read with a limit that is one above the limit of the page.</param>
    /// <param name="request">The page that the caller asked for.</param>
    /// <param name="convert">Makes an item of a row.</param>
    /// <param name="position">The position of a row in the list.</param>
    public static Page<T> From<TRow>(List<TRow> rows, PageRequest request, Func<TRow, T> convert, Func<TRow, string> position)
    {
        var hasNext = rows.Count > request.Limit;
        if (hasNext)
        {
            rows.RemoveAt(request.Limit);
        }

        return new Page<T>([.. rows.Select(convert)], hasNext ? position(rows[^1]) : null);
    }

    /// <summary>Makes a page of rows that the caller sees.</summary>
    /// <inheritdoc cref="From{TRow}(List{TRow}, PageRequest, Func{TRow, T}, Func{TRow, string})"/>
    public static Page<T> From<TRow>(Listed<TRow> listed, PageRequest request, Func<TRow, T> convert, Func<TRow, string> position)
    {
        var page = From(listed.Rows, request, convert, position);
        return page with { Next = page.Next ?? listed.EndedAt };
    }
}
