using System.Text.Json.Nodes;
using Secronna.Protocol;

namespace Secronna.Tests.Contract;

/// <summary>The committed OpenAPI document: the routes that exist, and the shapes of their answers.</summary>
internal sealed class OpenApiDocument
{
    private const string Base = "/api/v1";

    private readonly JsonObject document;
    private readonly List<(string Method, string Pattern, JsonObject Operation)> routes;

    public OpenApiDocument()
    {
        using var file = typeof(OpenApiDocument).Assembly.GetManifestResourceStream("openapi.json")!;
        document = JsonNode.Parse(file)!.AsObject();
        routes =
        [
            .. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()
                .Select(operation => (operation.Key.ToUpperInvariant(), path.Key[Base.Length..], operation.Value!.AsObject()))),
        ];
    }

    /// <summary>Every route, each of its query parameters and each member of its body.</summary>
    public IEnumerable<string> All => routes.SelectMany(route => (string[])
    [
        $"{route.Method} {route.Pattern}",
        .. (route.Operation["parameters"]?.AsArray() ?? []).Where(parameter => (string)parameter!["in"]! == "query")
            .Select(parameter => $"{route.Method} {route.Pattern}?{parameter!["name"]}"),
        .. Body(route.Operation).Select(member => $"{route.Method} {route.Pattern} {{{member}}}"),
    ]);

    /// <summary>The elements of <see cref="All"/> that a request uses.</summary>
    public IEnumerable<string> UsedBy(string method, Uri uri, string body)
    {
        if (Find(method, uri) is not { } route)
        {
            return [];
        }

        var name = $"{method} {route.Pattern}";
        var parameters = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(parameter => $"{name}?{parameter.Split('=')[0]}");
        var members = body.Length == 0 ? [] : JsonNode.Parse(body)!.AsObject().Where(member => member.Value is not null).Select(member => $"{name} {{{member.Key}}}");
        return [name, .. parameters, .. members];
    }

    /// <summary>How an answer differs from the document; null if it does not differ.</summary>
    public string? Fault(string method, Uri uri, int status, JsonNode envelope)
    {
        if (Find(method, uri) is not { } route)
        {
            return "the document has no such route";
        }

        var response = route.Operation["responses"]![$"{status}"];
        return response is null ? $"{status} is not described" : Fault(response["content"]!["application/json"]!["schema"]!, envelope, "");
    }

    private string? Fault(JsonNode given, JsonNode? value, string at)
    {
        var schema = Resolve(given);
        var types = schema["type"] is JsonArray several ? [.. several.Select(type => (string)type!)] : schema["type"] is { } one ? new[] { (string)one! } : null;
        var type = value?.GetValueKind() switch
        {
            null => "null",
            System.Text.Json.JsonValueKind.Object => "object",
            System.Text.Json.JsonValueKind.Array => "array",
            System.Text.Json.JsonValueKind.String => "string",
            System.Text.Json.JsonValueKind.Number => "integer",
            _ => "boolean",
        };
        return types?.Contains(type) == false ? $"{at} is of type {type}"
            : (string?)schema["format"] == "date-time" && value is not null && !Instant.TryParse((string)value!, out _) ? $"{at} is not a time"
            : value is JsonArray items ? items.Select((item, i) => Fault(schema["items"]!, item, $"{at}[{i}]")).FirstOrDefault(fault => fault is not null)
            : value is JsonObject members && schema["properties"] is JsonObject properties ? Fault(schema, properties, members, at)
            : null;
    }

    private string? Fault(JsonNode schema, JsonObject properties, JsonObject members, string at)
    {
        var missing = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).FirstOrDefault(name => !members.ContainsKey(name));
        return missing is not null ? $"{at}.{missing} is missing"
            : members.Select(member => properties[member.Key] is { } property ? Fault(property, member.Value, $"{at}.{member.Key}") : $"{at}.{member.Key} is not described")
                .FirstOrDefault(fault => fault is not null);
    }

    private JsonNode Resolve(JsonNode schema) =>
        schema["$ref"] is { } name ? document["components"]!["schemas"]![((string)name!).Split('/')[^1]]! : schema;

    private IEnumerable<string> Body(JsonObject operation) => operation["requestBody"] is { } body
        ? Resolve(body["content"]!["application/json"]!["schema"]!)["properties"]!.AsObject().Select(property => property.Key)
        : [];

    // A pattern with fewer variable segments wins.
    private (string Pattern, JsonObject Operation)? Find(string method, Uri uri)
    {
        var path = uri.AbsolutePath[Base.Length..].Split('/');
        var found = routes.Where(route => route.Method == method && Matches(route.Pattern.Split('/'), path))
            .OrderBy(route => route.Pattern.Count(character => character == '{')).ToList();
        return found.Count == 0 ? null : (found[0].Pattern, found[0].Operation);
    }

    private static bool Matches(string[] pattern, string[] path) =>
        pattern.Length == path.Length && pattern.Zip(path).All(segment => segment.First == segment.Second || segment.First.StartsWith('{'));
}
