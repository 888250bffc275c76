using System.Text.Json.Serialization.Metadata;
using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>A query parameter of a route.</summary>
internal sealed record QueryParameter(string Name, string Type, string Description);

/// <summary>
/// What is declared of a route, once: its permission (S24), the query parameters and the body that it takes, and what it
/// gives. The checks at run time, the OpenAPI document and the authorisation matrix of the tests all read this.
/// </summary>
internal sealed class ApiRoute
{
    private readonly List<QueryParameter> query = [];

    public required string Method { get; init; }

    public required string Pattern { get; init; }

    /// <summary>What the route does; <c>null</c> for a route that needs no credential.</summary>
    public required Operation? Operation { get; init; }

    public required string Summary { get; init; }

    public IReadOnlyList<QueryParameter> Query => query;

    public Type? Body { get; private set; }

    public bool IsBodyOptional { get; private set; }

    public Type? Response { get; private set; }

    public int Status { get; private set; } = StatusCodes.Status200OK;

    public bool IsPage { get; private set; }

    public int DefaultLimit { get; private set; }

    public int MaximumLimit { get; private set; }

    /// <summary>Whether a repeat with the same <c>Idempotency-Key</c> gets the first answer.</summary>
    public bool TakesIdempotencyKey { get; private set; }

    internal IEndpointRouteBuilder? Routes { get; init; }

    /// <summary>A body of this shape.</summary>
    public ApiRoute Takes<TBody>(bool isOptional = false)
    {
        (Body, IsBodyOptional) = (typeof(TBody), isOptional);
        return this;
    }

    /// <summary>A query parameter; every other is refused.</summary>
    public ApiRoute TakesQuery(string name, string type, string description)
    {
        query.Add(new QueryParameter(name, type, description));
        return this;
    }

    /// <summary>Mints versions, once for each <c>Idempotency-Key</c>.</summary>
    public ApiRoute Idempotent()
    {
        TakesIdempotencyKey = true;
        return this;
    }

    /// <summary>Gives data of this shape.</summary>
    public ApiAnswer<T> Gives<T>(JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        (Response, Status) = (typeof(T), status);
        return new ApiAnswer<T>(this, type);
    }

    /// <summary>Gives pages of a list of this shape.</summary>
    public ApiPages<T> GivesPages<T>(
        JsonTypeInfo<T> type, int defaultLimit = Limits.PageDefault, int maximumLimit = Limits.PageMaximum)
    {
        (Response, IsPage, DefaultLimit, MaximumLimit) = (typeof(T), true, defaultLimit, maximumLimit);
        TakesQuery("limit", "integer", $"Entries of a page, from 1 to {maximumLimit}; {defaultLimit} if not given");
        TakesQuery("cursor", "string", "Where the page before ended: the cursor in its meta");
        return new ApiPages<T>(this, type);
    }

    /// <summary>Gives values, which the handler writes itself: nothing else may hold one (S16).</summary>
    public void GivesValues<TResponse, TService>(Func<ApiRequest, TService, Task> handler)
        where TService : notnull
    {
        Response = typeof(TResponse);
        Map(handler);
    }

    internal void Map<TService>(Func<ApiRequest, TService, Task> handler)
        where TService : notnull =>
        Routes!.MapMethods(Pattern, [Method], async context =>
        {
            var request = await ApiPipeline.BeginAsync(context, this);
            await handler(request, context.RequestServices.GetRequiredService<TService>());
        }).WithMetadata(this);
}

/// <summary>A route that gives data.</summary>
internal sealed class ApiAnswer<T>(ApiRoute route, JsonTypeInfo<T> type)
{
    /// <summary>Maps the route to what a service does.</summary>
    public void By<TService>(Func<ApiRequest, TService, Task<T>> handler)
        where TService : notnull =>
        route.Map<TService>(async (request, service) =>
            await ResponseEnvelope.WriteAsync(request.Context, route.Status, await handler(request, service), type));
}

/// <summary>A route that gives pages.</summary>
internal sealed class ApiPages<T>(ApiRoute route, JsonTypeInfo<T> type)
{
    /// <summary>Maps the route to what a service does.</summary>
    public void By<TService>(Func<ApiRequest, TService, PageRequest, Task<Page<T>>> handler)
        where TService : notnull =>
        route.Map<TService>(async (request, service) =>
        {
            var page = await handler(request, service, request.Page());
            await ResponseEnvelope.WritePageAsync(request.Context, page, request.Cursor(page.Next), type);
        });
}

/// <summary>Begins a route's declaration.</summary>
internal static class ApiRouteExtensions
{
    /// <summary>The path before every route of the API.</summary>
    public const string Base = "/api/v1";

    public static ApiRoute Api(
        this IEndpointRouteBuilder routes, string method, string pattern, Operation? operation, string summary) =>
        new() { Routes = routes, Method = method, Pattern = Base + pattern, Operation = operation, Summary = summary };
}
