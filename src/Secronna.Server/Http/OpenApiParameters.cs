using System.Text.RegularExpressions;
using Microsoft.OpenApi;
using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>Describes the parameters of a route in OpenAPI: in the path, the query and the headers.</summary>
internal static partial class OpenApiParameters
{
    /// <summary>All parameters of a route.</summary>
    public static List<IOpenApiParameter> Of(ApiRoute route) =>
        [.. PathParameters(route), .. route.Query.Select(QueryParameterOf), .. HeaderParameters(route)];

    private static IEnumerable<IOpenApiParameter> PathParameters(ApiRoute route) =>
        PathParameter().Matches(route.Pattern).Select(match => new OpenApiParameter
        {
            Name = match.Groups[1].Value,
            In = ParameterLocation.Path,
            Required = true,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });

    private static IEnumerable<IOpenApiParameter> HeaderParameters(ApiRoute route)
    {
        if (route.TakesIdempotencyKey)
        {
            yield return Header(
                ApiPipeline.IdempotencyKey,
                route.Operation?.Permissions.Contains(Permission.ManageCredentials) == true
                    ? "A repeat with the same key within a day is refused; the message names the credential that the first request created"
                    : "A request that is repeated with the same key and body within a day gets the first answer",
                new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Limits.IdempotencyKeyLength });
        }

        if (route.Operation is { AuditAction: not null })
        {
            yield return Header(
                ReasonHeader.Name,
                $"Why the request is made, kept in its audit entries: up to {Limits.ReasonLength} characters; text beyond ASCII as UTF-8'' and percent-encoding",
                new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1 });
        }
    }

    private static OpenApiParameter Header(string name, string description, OpenApiSchema schema) =>
        new() { Name = name, In = ParameterLocation.Header, Description = description, Schema = schema };

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

    [GeneratedRegex("""\{(\w+)\}""")]
    private static partial Regex PathParameter();
}
