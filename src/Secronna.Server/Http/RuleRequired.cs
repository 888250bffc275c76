using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>Marks a route that is not of the API and needs no credential: health and the contract itself.</summary>
internal sealed class PublicRoute;

/// <summary>Denies what no rule was declared for (S24): a route that says neither who may use it nor that all may.</summary>
internal sealed class RuleRequired(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint endpoint
        && endpoint.Metadata.GetMetadata<ApiRoute>() is null && endpoint.Metadata.GetMetadata<PublicRoute>() is null
            ? throw Errors.Forbidden()
            : next(context);
}
