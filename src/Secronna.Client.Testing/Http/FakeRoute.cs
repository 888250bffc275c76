using Secronna.Protocol;

namespace Secronna.Client.Testing.Http;

/// <summary>Whether a route takes a body.</summary>
internal enum FakeBodyRule
{
    None,
    Optional,
    Required,
}

/// <summary>A route of the API.</summary>
/// <param name="Method">The HTTP method, in upper case.</param>
/// <param name="Pattern">The path below <c>/api/v1</c>, with the names of its variable segments in braces.</param>
/// <param name="Answer">Answers a request that was accepted for this route.</param>
internal sealed record FakeRoute(string Method, string Pattern, Func<FakeRequest, FakeAnswer> Answer)
{
    private readonly string[] segments = Pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether the route needs no credential.</summary>
    public bool IsPublic { get; init; }

    public FakeBodyRule Body { get; init; }

    public int MaximumBodyBytes { get; init; } = Limits.BodyBytes;

    /// <summary>Whether an <c>Idempotency-Key</c> has an effect on the route.</summary>
    public bool IsIdempotent { get; init; }

    /// <summary>The query parameters that the route takes.</summary>
    public IReadOnlyList<string> Query { get; init; } = [];

    /// <summary>The number of items on a page where the request names no limit.</summary>
    public int DefaultPageSize { get; private init; }

    /// <summary>The highest limit that a request may name; 0 where the route gives no pages.</summary>
    public int MaximumPageSize { get; private init; }

    /// <summary>A route that gives pages of a list.</summary>
    /// <param name="pattern">The path.</param>
    /// <param name="answer">Answers a request.</param>
    /// <param name="filters">The query parameters besides <c>limit</c> and <c>cursor</c>.</param>
    public static FakeRoute List(string pattern, Func<FakeRequest, FakeAnswer> answer, params string[] filters) =>
        new("GET", pattern, answer)
        {
            Query = [.. filters, "limit", "cursor"],
            DefaultPageSize = Limits.UnpagedItems,
            MaximumPageSize = Limits.PageMaximum,
        };

    public FakeRoute WithPageSizes(int defaultSize, int maximum) =>
        this with { DefaultPageSize = defaultSize, MaximumPageSize = maximum };

    /// <summary>The variable segments of a path by their names; <c>null</c> where the path is not this route's.</summary>
    public Dictionary<string, string>? Match(string[] path)
    {
        if (path.Length != segments.Length)
        {
            return null;
        }

        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (segment, given) in segments.Zip(path))
        {
            if (segment[0] == '{')
            {
                variables[segment[1..^1]] = Uri.UnescapeDataString(given);
            }
            else if (!segment.Equals(given, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
        }

        return variables;
    }
}
