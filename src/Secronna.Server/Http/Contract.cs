using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Secronna.Server.Http;

/// <summary>
/// Serves the OpenAPI document. It is generated once and kept, because the route needs no credential and generating is expensive.
/// </summary>
internal static class Contract
{
    public static void MapContract(this WebApplication app)
    {
        var document = new Lazy<Task<byte[]>>(() => WriteAsync(app.Services));
        app.MapGet("/openapi/v1.json", (RequestDelegate)(async context =>
            {
                ResponseEnvelope.PrepareHeaders(context, StatusCodes.Status200OK);
                using var deadline = AnswerDeadline.StartIfMultiplexed(context);
                await context.Response.Body.WriteAsync(await document.Value, context.RequestAborted);
            }))
            .WithMetadata(new PublicRoute());
    }

    private static async Task<byte[]> WriteAsync(IServiceProvider services)
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1").GetOpenApiDocumentAsync();
        using var text = new MemoryStream();
        await document.SerializeAsJsonAsync(text, OpenApiSpecVersion.OpenApi3_1);
        return text.ToArray();
    }
}
