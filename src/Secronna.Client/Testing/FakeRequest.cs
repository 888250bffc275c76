using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>A request of a route: who makes it, and what it says.</summary>
internal sealed class FakeRequest(FakeWorkspace workspace, HttpRequestMessage message, byte[] body, string id)
{
    private const string IdempotencyKeyHeader = "Idempotency-Key";

    private FakeRoute? route;
    private FakeCredential? caller;
    private Dictionary<string, string> parts = [];
    private Dictionary<string, string> query = [];

    public FakeWorkspace Workspace => workspace;

    public string Id => id;

    public string Method => message.Method.Method;

    public string Path => message.RequestUri!.AbsolutePath;

    public byte[] Body => body;

    public string? UserAgent => message.Headers.UserAgent.ToString() is { Length: > 0 } text ? text : null;

    public FakeCredential Caller => caller ?? throw FakeErrors.AuthRequired();

    public string? IdempotencyKey { get; private set; }

    /// <summary>Which page is asked for.</summary>
    public (string? After, int Limit) Page { get; private set; }

    /// <summary>Checks all that can be before the route's own work.</summary>
    public FakeRequest Begin(FakeRoute found, Dictionary<string, string> pathParts)
    {
        (route, parts) = (found, pathParts);
        caller = found.IsPublic ? null : Authenticate();
        IdempotencyKey = ReadIdempotencyKey(found);
        query = ReadQuery(found);
        if (found.Body == FakeBody.None && body.Length > 0)
        {
            Read(FakeBodies.None);
        }

        if (found.MostOfPage > 0)
        {
            var limit = QueryInt32("limit", found.MostOfPage) ?? found.UsualPage;
            Page = (Query("cursor") is { } cursor ? FakeCursors.Decode(this, cursor) : null, limit);
        }

        return this;
    }

    public string Part(string name) => parts[name];

    public string? Query(string name) => query.GetValueOrDefault(name);

    public bool QueryFlag(string name) => Query(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw FakeErrors.Invalid(name, "must be true or false"),
    };

    public int? QueryInt32(string name, int most) => Query(name) is not { } text
        ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw FakeErrors.Invalid(name, $"must be a whole number from 1 to {most}");

    public Instant? QueryTime(string name) => Query(name) is not { } text ? null
        : Instant.TryParse(text, out var instant) ? instant : throw FakeErrors.NoTime(name);

    /// <summary>What makes this list another than others: its path and filters.</summary>
    public string ListName => string.Join('\n', query
        .Where(parameter => parameter.Key is not ("limit" or "cursor"))
        .Select(parameter => $"{parameter.Key}={parameter.Value}").Order(StringComparer.Ordinal).Prepend(Path));

    /// <summary>The body, parsed.</summary>
    public T Read<T>(Func<JsonElement, T> parse)
    {
        if (body.Length > route!.MostBody)
        {
            throw FakeErrors.BodyTooLarge(route.MostBody);
        }

        if (!IsJson() && (route.Body == FakeBody.Required || body.Length > 0))
        {
            throw FakeErrors.NotJson();
        }

        if (!Utf8.IsValid(body))
        {
            throw FakeErrors.InvalidBody("the body is not valid UTF-8");
        }

        try
        {
            var json = body.Length == 0 && route.Body != FakeBody.Required ? "{}"u8.ToArray() : body;
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Limits.JsonDepth });
            return parse(document.RootElement);
        }
        catch (JsonException)
        {
            throw FakeErrors.InvalidBody("the body is not JSON as expected");
        }
        catch (InvalidOperationException)
        {
            throw FakeErrors.InvalidBody("the body has half of a surrogate pair");
        }
    }

    /// <summary>Whether the caller has a revision already (RFC 9110, section 13.1.2).</summary>
    public bool Knows(string revision) => message.Headers.IfNoneMatch.Any(tag => tag.Tag == "*" || tag.Tag == $"\"{revision}\"");

    private FakeCredential Authenticate()
    {
        var found = message.Headers.Authorization is { Scheme: var scheme, Parameter: { } token }
            && scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
                ? workspace.Credentials.Find(credential => credential.Token == token.Trim())
                : null;
        if (found is null || !found.IsValidAt(workspace.Now))
        {
            throw FakeErrors.AuthRequired();
        }

        found.LastUsedAt = new Instant(workspace.Now.Microseconds / TimeSpan.MicrosecondsPerMinute * TimeSpan.MicrosecondsPerMinute);
        return found;
    }

    private string? ReadIdempotencyKey(FakeRoute found)
    {
        if (!message.Headers.TryGetValues(IdempotencyKeyHeader, out var values))
        {
            return null;
        }

        if (!found.IsIdempotent)
        {
            throw FakeErrors.Invalid(IdempotencyKeyHeader, "only requests that mint versions take it: send this one without");
        }

        return values.ToArray() is [{ Length: > 0 and <= Limits.IdempotencyKeyLength } key] && key.All(character => character is >= '!' and <= '~')
            ? key
            : throw FakeErrors.Invalid(
                IdempotencyKeyHeader, $"must be sent once, with 1 to {Limits.IdempotencyKeyLength} printable characters of ASCII and no space");
    }

    private Dictionary<string, string> ReadQuery(FakeRoute found)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var parameter in message.RequestUri!.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = parameter.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = at < 0 ? (Decode(parameter), "") : (Decode(parameter[..at]), Decode(parameter[(at + 1)..]));
            if (!found.Query.Contains(name))
            {
                throw FakeErrors.UnknownName("query parameter", name, found.Query);
            }

            if (value.Contains('\0') || !read.TryAdd(name, value))
            {
                throw FakeErrors.Invalid(name, "must be sent once, without the character U+0000");
            }
        }

        return read;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private bool IsJson() => message.Content?.Headers.ContentType is { MediaType: "application/json" } type
        && type.CharSet?.Trim('"').ToUpperInvariant() is null or "UTF-8";
}
