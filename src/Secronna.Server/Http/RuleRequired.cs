using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>Marks a route outside the API that needs no credential: health checks and the OpenAPI document.</summary>
internal sealed class PublicRoute;

/// <summary>
/// Refuses routes without a rule (S24). A route has a rule if it is declared as an <see cref="ApiRoute"/> or a
/// <see cref="PublicRoute"/>.
/// </summary>
internal sealed class RuleRequired(RequestDelegate next)
{
    /// <summary>Runs the request, or refuses it.</summary>
    /// <exception cref="RequestException">FORBIDDEN: the route declares no rule.</exception>
    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint endpoint
        && endpoint.Metadata.GetMetadata<ApiRoute>() is null && endpoint.Metadata.GetMetadata<PublicRoute>() is null
            ? throw HttpErrors.NoRule()
            : next(context);
}
