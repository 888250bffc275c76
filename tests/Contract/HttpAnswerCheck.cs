using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Secronna.Tests.Contract;

/// <summary>Checks what holds for every answer over HTTP: the envelope, the headers, and the statuses of each error code.</summary>
internal static class HttpAnswerCheck
{
    private static readonly Dictionary<string, int[]> StatusesByCode = new()
    {
        ["AUTH_REQUIRED"] = [401],
        ["FORBIDDEN"] = [403],
        ["NOT_FOUND"] = [404],
        ["VALIDATION_ERROR"] = [400, 405, 415],
        ["CONFLICT"] = [409],
        ["PAYLOAD_TOO_LARGE"] = [413],
        ["RATE_LIMITED"] = [429],
        ["INTEGRITY_ERROR"] = [500],
        ["INTERNAL_ERROR"] = [500],
        ["UNAVAILABLE"] = [503],
    };

    /// <summary>Checks an answer and returns its envelope; null if the answer is 304 (not modified).</summary>
    public static async Task<JsonObject?> ReadAsync(HttpResponseMessage response, Operation operation)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.Headers.CacheControl?.NoStore, $"{operation}: may be stored");
        var requestId = Assert.Single(response.Headers.GetValues("X-Request-Id"));
        Assert.StartsWith("req_", requestId, StringComparison.Ordinal);
        if (response.StatusCode == HttpStatusCode.NotModified)
        {
            Assert.Equal(("", $"\"{operation.KnownRevision}\""), (body, response.Headers.ETag?.ToString()));
            return null;
        }

        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var envelope = JsonNode.Parse(body)!.AsObject();
        Assert.Equal(["data", "error", "meta"], Names(envelope));
        var meta = envelope["meta"]!.AsObject();
        Assert.Equal(requestId, (string)meta["requestId"]!);
        AssertTime((string)meta["timestamp"]!);
        if (envelope["error"] is JsonObject error)
        {
            AssertError(response, envelope, error);
        }
        else
        {
            AssertSuccess(response, operation, envelope["data"], meta);
        }

        return envelope;
    }

    private static void AssertSuccess(HttpResponseMessage response, Operation operation, JsonNode? data, JsonObject meta)
    {
        Assert.True((int)response.StatusCode == operation.Status, $"{operation}: {response.StatusCode}");
        Assert.NotNull(data);
        Assert.Equal(
            operation.IsList ? ["cursor", "hasMore", "requestId", "timestamp"] : ["requestId", "timestamp"],
            Names(meta).Where(name => name != "trail").Order(StringComparer.Ordinal));
        if (meta["trail"] is JsonObject trail)
        {
            Assert.NotEqual("GET", operation.Method);
            Assert.Equal(["epoch", "first", "count"], Names(trail));
        }

        if (operation.IsList)
        {
            Assert.Equal(meta["cursor"] is not null, (bool)meta["hasMore"]!);
        }

        var revision = data is JsonObject members ? (string?)members["revision"] : null;
        Assert.Equal(revision is null ? null : $"\"{revision}\"", response.Headers.ETag?.ToString());
    }

    private static void AssertError(HttpResponseMessage response, JsonObject envelope, JsonObject error)
    {
        Assert.Equal(error.ContainsKey("param") ? ["code", "message", "param"] : ["code", "message"], Names(error));
        Assert.Null(envelope["data"]);
        Assert.Equal(["requestId", "timestamp"], Names(envelope["meta"]!.AsObject()));
        var status = (int)response.StatusCode;
        Assert.Contains(status, StatusesByCode[(string)error["code"]!]);
        Assert.NotEqual("", (string)error["message"]!);
        Assert.Equal(status == 401, response.Headers.WwwAuthenticate.Any(challenge => challenge.Scheme == "Bearer"));
        Assert.Equal(status == 405, response.Content.Headers.Allow.Count > 0);
    }

    private static void AssertTime(string text)
    {
        Assert.EndsWith("Z", text, StringComparison.Ordinal);
        Assert.True(DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _), text);
    }

    private static IEnumerable<string> Names(JsonObject members) => members.Select(member => member.Key);
}
