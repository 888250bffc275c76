using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Secronna.IntegrationTests.Harness;

/// <summary>An answer. Reading it checks the envelope and the headers that every answer must have.</summary>
internal sealed partial class Reply
{
    private readonly Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);

    public int Status { get; private init; }

    public byte[] Body { get; private init; } = [];

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Root { get; private set; }

    public JsonElement Data => Root.GetProperty("data");

    public JsonElement Meta => Root.GetProperty("meta");

    // Text and bytes have no envelope.
    public string RequestId => Root.ValueKind == JsonValueKind.Undefined ? Header("X-Request-Id")! : Meta.Text("requestId");

    public string? Code => Error?.Text("code");

    public string Message => Error!.Value.Text("message");

    /// <summary>The field or parameter that the error is about; null if it is about none.</summary>
    public string? Param => Error is { } error && error.TryGetProperty("param", out var param) ? param.GetString() : null;

    /// <summary>The sequence numbers of the entries that the request has recorded in the trail, as far as the answer tells of them.</summary>
    public List<long> RecordedEntries => Root.ValueKind != JsonValueKind.Undefined && Meta.TryGetProperty("trail", out var trail)
        ? [.. Enumerable.Range(0, trail.GetProperty("count").GetInt32()).Select(i => trail.GetProperty("first").GetInt64() + i)]
        : [];

    /// <summary>
    /// The answer without <c>meta</c>, which differs from request to request. Used to compare answers that must be equal (S23).
    /// </summary>
    public string StatusAndBody => $"{Status} {Regex.Replace(Text, "\"meta\":\\{.*\\}\\}$", "")}";

    // Only a tile of hashes has both a tag and the rule that the client asks each time.
    private bool MayBeKept => Header("ETag") is { Length: 66 } && Header("Vary") is not null;

    private JsonElement? Error => Root.ValueKind == JsonValueKind.Undefined ? null : Root.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? error : null;

    public string? Header(string name) => headers.GetValueOrDefault(name);

    public IReadOnlyDictionary<string, string> Headers => headers;

    public static async Task<Reply> ReadAsync(HttpResponseMessage response)
    {
        var reply = new Reply { Status = (int)response.StatusCode, Body = await response.Content.ReadAsByteArrayAsync() };
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            reply.headers[name] = string.Join(", ", values);
        }

        reply.Check();
        return reply;
    }

    public Reply Is(int status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {Text}");
        return this;
    }

    public Reply IsError(int status, string code)
    {
        Assert.True(Status == status && Code == code, $"expected {status} {code}, got {Status}: {Text}");
        return this;
    }

    /// <summary>Asserts a validation error whose message contains the given text, such as the name of a field.</summary>
    public Reply IsInvalid(string named)
    {
        IsError(400, "VALIDATION_ERROR");
        Assert.Contains(named, Message, StringComparison.Ordinal);
        return this;
    }

    private void Check()
    {
        Assert.Equal(MayBeKept ? "no-cache, private" : "no-store", Header("Cache-Control"));
        Assert.Equal(MayBeKept ? "Authorization" : null, Header("Vary"));
        Assert.Matches(RequestIdForm(), Header("X-Request-Id")!);
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", Header("Content-Security-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        Assert.Equal("DENY", Header("X-Frame-Options"));
        if (Status == 304)
        {
            Assert.Empty(Body);
            return;
        }

        if (Status == 200 && Header("Content-Type") is "text/plain; charset=utf-8" or "application/octet-stream")
        {
            return;
        }

        if (Body.Length == 0)
        {
            Assert.Fail($"an answer without an envelope: {Status}");
        }

        Assert.Equal("application/json; charset=utf-8", Header("Content-Type"));
        using var document = JsonDocument.Parse(Body);
        Root = document.RootElement.Clone();
        if (Root.TryGetProperty("openapi", out _))
        {
            return;
        }

        Assert.Equal("data,error,meta", Root.Names());
        Assert.Equal(RequestId, Header("X-Request-Id"));
        Assert.Matches(TimeForm(), Meta.Text("timestamp"));
        CheckOutcome();
    }

    private void CheckOutcome()
    {
        if (Error is { } error)
        {
            Assert.True(Status >= 400, $"an error with status {Status}");
            Assert.Equal(JsonValueKind.Null, Data.ValueKind);
            Assert.Equal(Param is null ? "code,message" : "code,message,param", error.Names());
            Assert.Equal("requestId,timestamp", Meta.Names());
            Assert.NotEmpty(Message);
            Assert.Equal(Code == "AUTH_REQUIRED" ? "Bearer" : null, Header("WWW-Authenticate"));
            Assert.Equal(Code == "RATE_LIMITED" || Message.EndsWith("no checkpoint covers it yet", StringComparison.Ordinal), Header("Retry-After") is not null);
            Assert.Equal(Status == 405, Header("Allow") is not null);
            return;
        }

        Assert.InRange(Status, 200, 299);
        Assert.NotEqual(JsonValueKind.Null, Data.ValueKind);
    }

    [GeneratedRegex("^req_[0-9a-hjkmnp-tv-z]{26}$")]
    private static partial Regex RequestIdForm();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$")]
    private static partial Regex TimeForm();
}
