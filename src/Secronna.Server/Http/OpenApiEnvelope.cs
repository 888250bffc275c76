using Microsoft.OpenApi;

namespace Secronna.Server.Http;

/// <summary>Describes the envelope of every answer in OpenAPI: data or an error, and meta.</summary>
internal static class OpenApiEnvelope
{
    /// <summary>The envelope of a successful answer.</summary>
    public static OpenApiSchema OfData(IOpenApiSchema data, ApiRoute route) => Object(new()
    {
        ["data"] = route.IsPage ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = data } : data,
        ["error"] = new OpenApiSchema { Type = JsonSchemaType.Null },
        ["meta"] = Meta(route.HasCursor, isRecorded: route.Operation is { AuditAction: not null }),
    });

    /// <summary>The envelope of an error.</summary>
    public static OpenApiSchema OfError() => Object(new()
    {
        ["data"] = new OpenApiSchema { Type = JsonSchemaType.Null },
        ["error"] = Error(),
        ["meta"] = Meta(hasCursor: false, isRecorded: false),
    });

    // The name of the field or parameter is absent where the error is about none.
    private static OpenApiSchema Error()
    {
        var error = Object(new() { ["code"] = Text(), ["message"] = Text() });
        error.Properties!["param"] = Text();
        return error;
    }

    private static OpenApiSchema Meta(bool hasCursor, bool isRecorded)
    {
        var properties = new Dictionary<string, IOpenApiSchema>
        {
            ["requestId"] = Text(),
            ["timestamp"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
        };
        if (hasCursor)
        {
            properties["cursor"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null };
            properties["hasMore"] = new OpenApiSchema { Type = JsonSchemaType.Boolean };
        }

        var meta = Object(properties);
        if (isRecorded)
        {
            meta.Properties!["trail"] = Trail();
        }

        return meta;
    }

    // Absent for callers who may not read the whole audit trail, and where the request has recorded nothing.
    private static OpenApiSchema Trail() => Object(new() { ["epoch"] = Number(), ["first"] = Number(), ["count"] = Number() });

    private static OpenApiSchema Object(Dictionary<string, IOpenApiSchema> properties) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = properties,
        Required = new HashSet<string>(properties.Keys),
    };

    private static OpenApiSchema Number() => new() { Type = JsonSchemaType.Integer, Format = "int64" };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    /// <summary>A response whose body is JSON.</summary>
    public static OpenApiResponse Json(string description, OpenApiSchema schema) =>
        new() { Description = description, Content = Content(schema) };

    /// <summary>A response without an envelope: a text, or bytes.</summary>
    public static OpenApiResponse File(string description, string mediaType) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType> { [mediaType.Split(';')[0]] = new() { Schema = Text() } },
    };

    /// <summary>A body that is JSON.</summary>
    public static Dictionary<string, OpenApiMediaType> Content(IOpenApiSchema schema) =>
        new() { ["application/json"] = new OpenApiMediaType { Schema = schema } };
}
