using System.Text.Json.Serialization.Metadata;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>A route whose answer is data.</summary>
internal sealed class ApiAnswer<T>(ApiRoute route, JsonTypeInfo<T> type)
{
    /// <summary>Maps the route to a handler that calls a service.</summary>
    public void By<TService>(Func<ApiRequest, TService, Task<T>> handler)
        where TService : notnull =>
        route.Map<TService>(async (request, service) =>
        {
            var data = await request.WorkAsync(() => handler(request, service));
            await ResponseEnvelope.WriteAsync(request.Context, route.Status, data, type, request.Receipt);
        });
}

/// <summary>A route whose answer is a page of a list.</summary>
internal sealed class ApiPages<T>(ApiRoute route, JsonTypeInfo<T> type)
{
    /// <summary>Maps the route to a handler that calls a service.</summary>
    public void By<TService>(Func<ApiRequest, TService, PageRequest, Task<Page<T>>> handler)
        where TService : notnull =>
        route.Map<TService>(async (request, service) =>
        {
            var page = await request.WorkAsync(() => handler(request, service, request.Page()));
            await ResponseEnvelope.WritePageAsync(request.Context, page, request.Cursor(page.Next), type);
        });
}

/// <summary>A route whose answer is data with parts of lists.</summary>
internal sealed class ApiPagedData<T>(ApiRoute route, JsonTypeInfo<T> type)
{
    /// <summary>Maps the route to a handler that calls a service.</summary>
    public void By<TService>(Func<ApiRequest, TService, PageRequest, Task<PagedData<T>>> handler)
        where TService : notnull =>
        route.Map<TService>(async (request, service) =>
        {
            var page = await request.WorkAsync(() => handler(request, service, request.Page()));
            await ResponseEnvelope.WritePageAsync(request.Context, page, request.Cursor(page.Next), type);
        });
}

/// <summary>Begins the declaration of a route.</summary>
internal static class ApiRouteExtensions
{
    /// <summary>The prefix of every route of the API.</summary>
    public const string Base = "/api/v1";

    /// <summary>Declares a route.</summary>
    /// <param name="routes">Where the route is mapped once its answer is declared.</param>
    /// <param name="method">The HTTP method.</param>
    /// <param name="pattern">The path after <see cref="Base"/>.</param>
    /// <param name="operation">
    /// The operation that the caller must be permitted; <c>null</c> for a route without a credential.
    /// </param>
    /// <param name="summary">What the route does, for the OpenAPI document.</param>
    public static ApiRoute Api(
        this IEndpointRouteBuilder routes, string method, string pattern, Operation? operation, string summary) =>
        new() { Routes = routes, Method = method, Pattern = Base + pattern, Operation = operation, Summary = summary };
}
