using System.Text.Json.Serialization.Metadata;
using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>A query parameter of a route.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">
/// Its type in the OpenAPI document: <c>string</c>, <c>integer</c>, <c>boolean</c> or <c>date-time</c>.
/// </param>
/// <param name="Description">Its description in the OpenAPI document.</param>
internal sealed record QueryParameter(string Name, string Type, string Description);

/// <summary>
/// The declaration of a route: its operation and the operation's permission (S24), its query parameters, its body and its answer.
/// The checks at run time, the OpenAPI document and the authorisation matrix of the tests all read this declaration.
/// </summary>
internal sealed class ApiRoute
{
    private readonly List<QueryParameter> query = [];
    private bool takesRestOfPath;

    public required string Method { get; init; }

    public required string Pattern { get; init; }

    /// <summary>The operation that the caller must be permitted; <c>null</c> for a route that needs no credential.</summary>
    public required Operation? Operation { get; init; }

    public required string Summary { get; init; }

    public IReadOnlyList<QueryParameter> Query => query;

    /// <summary>The type of the body; <c>null</c> for a route without a body.</summary>
    public Type? Body { get; private set; }

    public bool IsBodyOptional { get; private set; }

    /// <summary>Gives the most bytes that the body may have.</summary>
    public Func<LimitSettings, int> MaxBodyBytes { get; private set; } = static limits => limits.BodyBytes;

    /// <summary>The type of the data in the answer. If the route gives pages, it is the type of one entry.</summary>
    public Type? Response { get; private set; }

    /// <summary>The HTTP status of a successful answer.</summary>
    public int Status { get; private set; } = StatusCodes.Status200OK;

    /// <summary>Whether the answer is a page of a list.</summary>
    public bool IsPage { get; private set; }

    /// <summary>Whether the answer has a cursor: it is a page of a list, or data with parts of lists.</summary>
    public bool HasCursor { get; private set; }

    /// <summary>
    /// Entries of a page when the caller does not say how many. A page after a cursor has no more than the maximum.
    /// </summary>
    public int DefaultLimit { get; private set; }

    /// <summary>The most entries of a page that a caller may ask for.</summary>
    public int MaximumLimit { get; private set; }

    /// <summary>The media type of an answer without an envelope; <c>null</c> for an answer with one.</summary>
    public string? MediaType { get; private set; }

    /// <summary>
    /// Whether an <c>Idempotency-Key</c> has an effect on the route: a repeat with the same key gets the first answer, or is
    /// refused where the answer can't be given twice.
    /// </summary>
    public bool TakesIdempotencyKey { get; private set; }

    internal IEndpointRouteBuilder? Routes { get; init; }

    /// <summary>Declares the body.</summary>
    /// <param name="isOptional">Whether a request may have no body.</param>
    /// <param name="maxBytes">Gives the most bytes of the body; <c>null</c> is the general limit.</param>
    public ApiRoute Takes<TBody>(bool isOptional = false, Func<LimitSettings, int>? maxBytes = null)
    {
        (Body, IsBodyOptional, MaxBodyBytes) = (typeof(TBody), isOptional, maxBytes ?? MaxBodyBytes);
        return this;
    }

    /// <summary>Declares a query parameter. Parameters that are not declared are refused.</summary>
    public ApiRoute TakesQuery(string name, string type, string description)
    {
        query.Add(new QueryParameter(name, type, description));
        return this;
    }

    /// <summary>Declares that the last parameter of the path takes the rest of the path, with its slashes.</summary>
    public ApiRoute TakesRestOfPath()
    {
        takesRestOfPath = true;
        return this;
    }

    /// <summary>
    /// Declares that an <c>Idempotency-Key</c> has an effect on the route, because it mints versions or creates credentials.
    /// </summary>
    public ApiRoute Idempotent()
    {
        TakesIdempotencyKey = true;
        return this;
    }

    /// <summary>Declares data as the answer.</summary>
    public ApiAnswer<T> Gives<T>(JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        (Response, Status) = (typeof(T), status);
        return new ApiAnswer<T>(this, type);
    }

    /// <summary>Declares pages of a list as the answer.</summary>
    public ApiPages<T> GivesPages<T>(
        JsonTypeInfo<T> type, int defaultLimit = Limits.UnpagedItems, int maximumLimit = Limits.PageMaximum)
    {
        IsPage = true;
        TakesPage<T>(defaultLimit, maximumLimit);
        return new ApiPages<T>(this, type);
    }

    /// <summary>Declares data with parts of lists as the answer. A page has up to so many entries of each list.</summary>
    public ApiPagedData<T> GivesPagedData<T>(JsonTypeInfo<T> type, int defaultLimit = Limits.PageMaximum)
    {
        TakesPage<T>(defaultLimit, Limits.PageMaximum);
        return new ApiPagedData<T>(this, type);
    }

    /// <summary>Declares a text or bytes as the answer, without an envelope.</summary>
    public ApiFile GivesFile(string mediaType)
    {
        MediaType = mediaType;
        return new ApiFile(this, mediaType);
    }

    /// <summary>
    /// Declares secret values as the answer. The handler itself writes the values to the response, so no other answer can hold a
    /// value (S16).
    /// </summary>
    public void GivesValues<TResponse, TService>(Func<ApiRequest, TService, Task> handler)
        where TService : notnull
    {
        Response = typeof(TResponse);
        Map(handler);
    }

    /// <summary>Maps the route to a handler that writes the answer.</summary>
    internal void Map<TService>(Func<ApiRequest, TService, Task> handler)
        where TService : notnull =>
        Routes!.MapMethods(takesRestOfPath ? RestOfPath(Pattern) : Pattern, [Method], context => ApiPipeline.RunAsync(context, this, handler)).WithMetadata(this);

    private void TakesPage<T>(int defaultLimit, int maximumLimit)
    {
        (Response, HasCursor, DefaultLimit, MaximumLimit) = (typeof(T), true, defaultLimit, maximumLimit);
        TakesQuery("limit", "integer", $"Entries of a page, from 1 to {maximumLimit}; "
            + (defaultLimit > maximumLimit
                ? $"if not given, {maximumLimit} with a cursor, and without one all entries up to {defaultLimit}"
                : $"{defaultLimit} if not given"));
        TakesQuery("cursor", "string", "The cursor from the meta of the page before");
    }

    // The web framework's spelling of a parameter that takes the rest of the path.
    private static string RestOfPath(string pattern) => pattern.Insert(pattern.LastIndexOf('{') + 1, "**");
}
