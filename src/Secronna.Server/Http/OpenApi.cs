using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>
/// Describes the API in OpenAPI, at <c>/openapi/v1.json</c>. It reads the declarations that the routes use at run time.
/// </summary>
internal sealed class OpenApi(EndpointDataSource endpoints) : IOpenApiDocumentTransformer
{
    private const string CredentialScheme = "credential";

    public async Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Secronna",
            Version = "1",
            Description = "Secrets, their versions, their reveals and the audit trail.",
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
            Parameters = OpenApiParameters.Of(route),
            Responses = new OpenApiResponses
            {
                [route.Status.ToString(CultureInfo.InvariantCulture)] = route.MediaType is { } mediaType
                    ? OpenApiEnvelope.File("Done", mediaType)
                    : OpenApiEnvelope.Json(
                        "Done", OpenApiEnvelope.OfData(await SchemaAsync(document, context, route.Response!, cancellationToken), route)),
                ["default"] = OpenApiEnvelope.Json("An error: the code and the message are in error", OpenApiEnvelope.OfError()),
            },
        };
        if (route.Body is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = !route.IsBodyOptional,
                Content = OpenApiEnvelope.Content(await SchemaAsync(document, context, body, cancellationToken)),
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
            operation.OptionalPermission is { } optional ? $"Some requests also take `{PermissionName(optional)}`." : null,
            operation.AuditAction is { } action ? $"Recorded as `{action}`, and so is its refusal." : null,
            operation.NeedsSecondFactor ? "A person needs a sign-in with a second factor where the server requires one." : null,
        }.OfType<string>());

    private static string PermissionName(Permission permission) => JsonNamingPolicy.SnakeCaseLower.ConvertName(permission.ToString());
}
