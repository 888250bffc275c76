using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>Whether a route takes a body.</summary>
internal enum FakeBody
{
    None,
    Optional,
    Required,
}

/// <summary>A route: its method, its path below <c>/api/v1</c> with the names of its parts in braces, and what it does.</summary>
internal sealed record FakeRoute(string Method, string Pattern, Func<FakeRequest, FakeAnswer> Answer)
{
    private readonly string[] segments = Pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether it needs no credential.</summary>
    public bool IsPublic { get; init; }

    public FakeBody Body { get; init; }

    public int MostBody { get; init; } = Limits.BodyBytes;

    /// <summary>Whether it takes an <c>Idempotency-Key</c>.</summary>
    public bool IsIdempotent { get; init; }

    /// <summary>The query parameters that it takes.</summary>
    public IReadOnlyList<string> Query { get; init; } = [];

    /// <summary>Entries of a page, unless asked otherwise; 0 where it gives no pages.</summary>
    public int UsualPage { get; private init; }

    public int MostOfPage { get; private init; }

    /// <summary>A route that gives pages of a list, with those filters.</summary>
    public static FakeRoute List(string pattern, Func<FakeRequest, FakeAnswer> answer, params string[] filters) =>
        new("GET", pattern, answer)
        {
            Query = [.. filters, "limit", "cursor"],
            UsualPage = Limits.PageDefault,
            MostOfPage = Limits.PageMaximum,
        };

    /// <summary>The same with other sizes of pages.</summary>
    public FakeRoute WithPages(int usual, int most) => this with { UsualPage = usual, MostOfPage = most };

    /// <summary>The parts of a path by their names; null where it is not of this route.</summary>
    public Dictionary<string, string>? Match(string[] path)
    {
        if (path.Length != segments.Length)
        {
            return null;
        }

        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (segment, given) in segments.Zip(path))
        {
            if (segment[0] == '{')
            {
                parts[segment[1..^1]] = Uri.UnescapeDataString(given);
            }
            else if (!segment.Equals(given, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
        }

        return parts;
    }
}
