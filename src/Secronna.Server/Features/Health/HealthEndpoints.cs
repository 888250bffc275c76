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
            ResponseEnvelope.WriteAsync(context, StatusCodes.Status200OK, new HealthResponse("live"), ProtocolJson.Default.HealthResponse)))
            .WithMetadata(new PublicRoute());
        routes.MapMethods("/health/ready", Methods, (RequestDelegate)(context =>
            context.RequestServices.GetRequiredService<HealthProbe>().Problem is not { } problem
                ? ResponseEnvelope.WriteAsync(context, StatusCodes.Status200OK, new HealthResponse("ready"), ProtocolJson.Default.HealthResponse)
                : throw Errors.Unavailable(problem)))
            .WithMetadata(new PublicRoute());
    }
}
