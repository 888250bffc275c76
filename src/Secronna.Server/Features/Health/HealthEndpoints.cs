using Secronna.Protocol;
using Secronna.Server.Http;

namespace Secronna.Server.Features.Health;

/// <summary>Whether the process answers, and whether it can do its work.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", (RequestDelegate)(context =>
            Envelope.WriteAsync(context, StatusCodes.Status200OK, new HealthResponse("live"), ProtocolJson.Default.HealthResponse)))
            .WithMetadata(new PublicRoute());
        routes.MapGet("/health/ready", (RequestDelegate)(context =>
            context.RequestServices.GetRequiredService<HealthProbe>().IsReady
                ? Envelope.WriteAsync(context, StatusCodes.Status200OK, new HealthResponse("ready"), ProtocolJson.Default.HealthResponse)
                : throw Errors.Unavailable("not ready: the server's log says why")))
            .WithMetadata(new PublicRoute());
    }
}
