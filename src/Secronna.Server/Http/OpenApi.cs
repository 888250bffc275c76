using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>
/// The contract as OpenAPI, at <c>/openapi/v1.json</c>: made from the same declarations that the routes run by.
/// </summary>
internal sealed partial class OpenApi(EndpointDataSource endpoints) : IOpenApiDocumentTransformer
{
    private const string CredentialScheme = "credential";

    public async Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Secronna",
            Version = "1",
            Description = "Secrets, their versions, their reveals and the record of every one.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [CredentialScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key (sk_live_…), an access key (st_live_…) or an access token",
            },
        };
        document.Paths = new OpenApiPaths();
        foreach (var route in endpoints.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<ApiRoute>()).OfType<ApiRoute>())
        {
            if (!document.Paths.TryGetValue(route.Pattern, out var path))
            {
                path = new OpenApiPathItem { Operations = [] };
                document.Paths.Add(route.Pattern, path);
            }

            path.Operations!.Add(
                HttpMethod.Parse(route.Method), await OperationAsync(document, context, route, cancellationToken));
        }
    }

    private static async Task<OpenApiOperation> OperationAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, ApiRoute route, CancellationToken cancellationToken)
    {
        var operation = new OpenApiOperation
        {
            Summary = route.Summary,
            Description = Description(route.Operation),
            Parameters = [.. PathParameters(route), .. route.Query.Select(QueryParameterOf), .. HeaderParameters(route)],
            Responses = new OpenApiResponses
            {
                [route.Status.ToString(CultureInfo.InvariantCulture)] = Json(
                    "Done", Enveloped(await SchemaAsync(document, context, route.Response!, cancellationToken), route.IsPage)),
                ["default"] = Json("An error: the code and the message are in error", ErrorEnvelope()),
            },
        };
        if (route.Body is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = !route.IsBodyOptional,
                Content = Content(await SchemaAsync(document, context, body, cancellationToken)),
            };
        }

        if (route.Operation is not null)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(CredentialScheme, document)] = [] }];
        }

        return operation;
    }

    private static async Task<IOpenApiSchema> SchemaAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, Type type, CancellationToken cancellationToken)
    {
        if (type.IsGenericType)
        {
            var item = await SchemaAsync(document, context, type.GenericTypeArguments[0], cancellationToken);
            return new OpenApiSchema { Type = JsonSchemaType.Array, Items = item };
        }

        var schema = await context.GetOrCreateSchemaAsync(type, null, cancellationToken);
        document.AddComponent(type.Name, schema);
        return new OpenApiSchemaReference(type.Name, document);
    }

    private static string? Description(Operation? operation) => operation is null ? null : string.Join(
        ' ',
        new[]
        {
            $"Takes {string.Join(" and ", operation.Permissions.Select(permission => $"`{PermissionName(permission)}`"))}.",
            operation.AuditAction is { } action ? $"Recorded as `{action}`, and so is its refusal." : null,
            operation.NeedsSecondFactor ? "A person needs a sign-in with a second factor where the server requires one." : null,
        }.OfType<string>());

    private static string PermissionName(Permission permission) => JsonNamingPolicy.SnakeCaseLower.ConvertName(permission.ToString());

    private static IEnumerable<IOpenApiParameter> PathParameters(ApiRoute route) =>
        PathParameter().Matches(route.Pattern).Select(match => new OpenApiParameter
        {
            Name = match.Groups[1].Value,
            In = ParameterLocation.Path,
            Required = true,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });

    private static OpenApiParameter[] HeaderParameters(ApiRoute route) => !route.TakesIdempotencyKey ? [] :
    [
        new OpenApiParameter
        {
            Name = ApiPipeline.IdempotencyKey,
            In = ParameterLocation.Header,
            Description = "A repeat with the same key and body gets the first answer, for a day",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Limits.IdempotencyKeyLength },
        },
    ];

    private static OpenApiParameter QueryParameterOf(QueryParameter parameter) => new()
    {
        Name = parameter.Name,
        In = ParameterLocation.Query,
        Description = parameter.Description,
        Schema = parameter.Type switch
        {
            "integer" => new OpenApiSchema { Type = JsonSchemaType.Integer },
            "boolean" => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            "date-time" => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
            _ => new OpenApiSchema { Type = JsonSchemaType.String },
        },
    };

    private static OpenApiSchema Enveloped(IOpenApiSchema data, bool isPage) => Object(new()
    {
        ["data"] = isPage ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = data } : data,
        ["error"] = new OpenApiSchema { Type = JsonSchemaType.Null },
        ["meta"] = Meta(isPage),
    });

    private static OpenApiSchema ErrorEnvelope() => Object(new()
    {
        ["data"] = new OpenApiSchema { Type = JsonSchemaType.Null },
        ["error"] = Object(new() { ["code"] = Text(), ["message"] = Text() }),
        ["meta"] = Meta(isPage: false),
    });

    private static OpenApiSchema Meta(bool isPage)
    {
        var properties = new Dictionary<string, IOpenApiSchema>
        {
            ["requestId"] = Text(),
            ["timestamp"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
        };
        if (isPage)
        {
            properties["cursor"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null };
            properties["hasMore"] = new OpenApiSchema { Type = JsonSchemaType.Boolean };
        }

        return Object(properties);
    }

    private static OpenApiSchema Object(Dictionary<string, IOpenApiSchema> properties) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = properties,
        Required = new HashSet<string>(properties.Keys),
    };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    private static OpenApiResponse Json(string description, OpenApiSchema schema) =>
        new() { Description = description, Content = Content(schema) };

    private static Dictionary<string, OpenApiMediaType> Content(IOpenApiSchema schema) =>
        new() { ["application/json"] = new OpenApiMediaType { Schema = schema } };

    [GeneratedRegex("""\{(\w+)\}""")]
    private static partial Regex PathParameter();
}
