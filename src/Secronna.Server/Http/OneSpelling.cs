using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Secronna.Server.Http;

/// <summary>
/// Gives each route one spelling of its path, so that the rules of a proxy in front see the path that the server sees. The routing
/// also accepts other letter cases, percent-encoded letters, dot segments and a slash at the end. Here a path that is spelt so is
/// not found, as an unknown one. Only the parameters of a path may be percent-encoded.
/// </summary>
internal sealed class OneSpelling(RequestDelegate next, EndpointDataSource endpoints)
{
    /// <summary>Runs the request. If its path is spelt differently from its route, it runs as a request without a route.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is { } endpoint && !IsSpelt(PathOf(context), endpoint))
        {
            context.SetEndpoint(null);
        }

        return next(context);
    }

    // Routing answers a wrong method with an endpoint that has no pattern. Its path must be that of any route.
    private bool IsSpelt(ReadOnlySpan<char> path, Endpoint endpoint)
    {
        if (endpoint is RouteEndpoint route)
        {
            return Matches(path, route.RoutePattern);
        }

        foreach (var other in endpoints.Endpoints)
        {
            if (other is RouteEndpoint known && Matches(path, known.RoutePattern))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a path has exactly the segments of a pattern, and its literals letter for letter.</summary>
    internal static bool Matches(ReadOnlySpan<char> path, RoutePattern pattern)
    {
        foreach (var segment in pattern.PathSegments)
        {
            if (path.IsEmpty || path[0] != '/')
            {
                return false;
            }

            path = path[1..];
            if (segment.Parts is [RoutePatternParameterPart { IsCatchAll: true }])
            {
                // What the route makes of the rest of the path is its own affair.
                return !path.IsEmpty;
            }

            var end = path.IndexOf('/');
            var part = end < 0 ? path : path[..end];
            if (part.IsEmpty || (segment.Parts is [RoutePatternLiteralPart literal] && !part.SequenceEqual(literal.Content)))
            {
                return false;
            }

            path = path[part.Length..];
        }

        return path.IsEmpty;
    }

    // The path as the client sent it, before the web server decoded it. A request to a proxy names the whole URL.
    private static ReadOnlySpan<char> PathOf(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.AsSpan();
        if (target.IsEmpty || target[0] != '/')
        {
            var authority = target.IndexOf("://", StringComparison.Ordinal);
            var path = authority < 0 ? -1 : target[(authority + 3)..].IndexOf('/');
            target = path < 0 ? [] : target[(authority + 3 + path)..];
        }

        var query = target.IndexOf('?');
        return query < 0 ? target : target[..query];
    }
}
