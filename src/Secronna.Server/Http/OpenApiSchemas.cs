using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Secronna.Protocol;

namespace Secronna.Server.Http;

/// <summary>
/// Corrects the schemas of types: an <see cref="Instant"/> is text, and only members that can't be <c>null</c> are required.
/// </summary>
internal sealed class OpenApiSchemas : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(Instant) || type == typeof(Instant?))
        {
            schema.Type = JsonSchemaType.String | (type == typeof(Instant) ? 0 : JsonSchemaType.Null);
            schema.Format = "date-time";
            schema.Description = null;
        }

        if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            schema.Required = context.JsonTypeInfo.Properties
                .Where(property => property.AssociatedParameter is { IsNullable: false }).Select(property => property.Name).ToHashSet();
        }

        return Task.CompletedTask;
    }
}
