using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;

namespace Secronna.Server.Features.Search;

/// <summary>The route that searches secrets.</summary>
internal static class SearchEndpoints
{
    // The longest path has two slugs, a key, and the two slashes between them.
    private const int MaxCharacters = (2 * Limits.NameLength) + Limits.KeyLength + 2;

    public static void MapSearch(this IEndpointRouteBuilder routes) =>
        routes.Api("GET", "/search/secrets", Operations.SearchSecrets, "Find secrets by a part of their key or path")
            .TakesQuery("q", "string", "A part of the key or path, in any case")
            .GivesPages(ProtocolJson.Default.SearchResponse)
            .By<SearchService>((request, search, page) => search.FindAsync(request.Caller, Text(request), page));

    private static string Text(ApiRequest request) => request.Query.Text("q") switch
    {
        null or "" => throw Errors.Invalid("q", "is required"),
        { Length: > MaxCharacters } => throw Errors.Invalid("q", $"is over {MaxCharacters} characters"),
        var text => text,
    };
}
