using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;

namespace Secronna.Server.Features.Health;

/// <summary>The routes of health checks: whether the process answers (live), and whether it can do its work (ready).</summary>
internal static class HealthEndpoints
{
    // Some load balancers send HEAD.
    private static readonly string[] Methods = ["GET", "HEAD"];

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/health/live", Methods, (RequestDelegate)(context =>
            WriteAsync(context, "live")))
            .WithMetadata(new PublicRoute());
        foreach (var path in (string[])["/health/ready", "/api/v1/health"])
        {
            routes.MapMethods(path, Methods, (RequestDelegate)(context =>
                context.RequestServices.GetRequiredService<HealthProbe>().Problem is not { } problem
                    ? WriteAsync(context, "ready")
                    : throw Errors.Unavailable(problem)))
                .WithMetadata(new PublicRoute());
        }
    }

    // Only states that background services have found out are read here, so that a health check costs nothing.
    private static Task WriteAsync(HttpContext context, string status)
    {
        IReadOnlyList<string> warnings =
            context.RequestServices.GetRequiredService<DiskSpace>().IsLow ? [HealthWarnings.DiskLow] : [];
        return ResponseEnvelope.WriteAsync(
            context, StatusCodes.Status200OK, new HealthResponse(status, warnings), ProtocolJson.Default.HealthResponse);
    }
}
