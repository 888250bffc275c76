using System.Text.Json;
using System.Text.Unicode;
using Secronna.Client.Testing.Errors;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Http;

/// <summary>Checks a request's body against its route, and parses it.</summary>
internal static class FakeRequestBody
{
    /// <summary>Parses the body. An absent body of a route where it is optional counts as <c>{}</c>.</summary>
    /// <exception cref="FakeError">The body is too large, not JSON, not UTF-8, or refused by the parser.</exception>
    public static T Read<T>(FakeRoute route, HttpContent? content, byte[] body, Func<JsonElement, T> parse)
    {
        if (body.Length > route.MaximumBodyBytes)
        {
            throw FakeErrors.BodyTooLarge(route.MaximumBodyBytes);
        }

        if (!IsJson(content) && (route.Body == FakeBodyRule.Required || body.Length > 0))
        {
            throw FakeErrors.NotJson();
        }

        if (!Utf8.IsValid(body))
        {
            throw FakeErrors.InvalidBody("the body is not valid UTF-8");
        }

        return Parse(body.Length == 0 && route.Body != FakeBodyRule.Required ? "{}"u8.ToArray() : body, parse);
    }

    private static T Parse<T>(byte[] body, Func<JsonElement, T> parse)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = Limits.JsonDepth });
            return parse(document.RootElement);
        }
        catch (JsonException)
        {
            throw FakeErrors.InvalidBody("the body is not JSON of the expected form");
        }
        catch (InvalidOperationException)
        {
            throw FakeErrors.InvalidBody("the body has half of a surrogate pair");
        }
    }

    private static bool IsJson(HttpContent? content) => content?.Headers.ContentType is { MediaType: "application/json" } type
        && type.CharSet?.Trim('"').ToUpperInvariant() is null or "UTF-8";
}
