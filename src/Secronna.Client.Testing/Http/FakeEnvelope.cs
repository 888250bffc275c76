using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Http;

/// <summary>
/// Turns answers into HTTP responses: the envelope of data, error and meta, and the headers that every answer has.
/// </summary>
internal static class FakeEnvelope
{
    public static HttpResponseMessage Respond(FakeAnswer answer, HttpRequestMessage request, string requestId, Instant now)
    {
        var response = new HttpResponseMessage(answer.Status)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(answer.Status == HttpStatusCode.NotModified ? [] : Write(answer, requestId, now)),
        };
        response.Headers.Add("X-Request-Id", requestId);
        response.Headers.CacheControl = new CacheControlHeaderValue { NoStore = true };
        response.Headers.ETag = answer.Revision is { } revision ? new EntityTagHeaderValue($"\"{revision}\"") : null;
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        if (answer.Status == HttpStatusCode.Unauthorized)
        {
            response.Headers.WwwAuthenticate.Add(new AuthenticationHeaderValue("Bearer"));
        }

        foreach (var method in answer.Error?.AllowedMethods ?? [])
        {
            response.Content.Headers.Allow.Add(method);
        }

        return response;
    }

    private static byte[] Write(FakeAnswer answer, string requestId, Instant now)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        WriteData(json, answer);
        WriteError(json, answer);
        WriteMeta(json, answer, requestId, now);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteData(Utf8JsonWriter json, FakeAnswer answer)
    {
        json.WritePropertyName("data");
        if (answer.Data is { } write)
        {
            write(json);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static void WriteError(Utf8JsonWriter json, FakeAnswer answer)
    {
        if (answer.Error is null)
        {
            json.WriteNull("error");
            return;
        }

        json.WriteStartObject("error");
        json.WriteString("code", answer.Error.Code);
        json.WriteString("message", answer.Error.Message);
        if (answer.Error.Param is { } param)
        {
            json.WriteString("param", param);
        }

        json.WriteEndObject();
    }

    private static void WriteMeta(Utf8JsonWriter json, FakeAnswer answer, string requestId, Instant now)
    {
        json.WriteStartObject("meta");
        json.WriteString("requestId", requestId);
        json.WriteString("timestamp", now.ToString());
        if (answer.IsPage)
        {
            json.WriteString("cursor", answer.Cursor);
            json.WriteBoolean("hasMore", answer.Cursor is not null);
        }

        json.WriteEndObject();
    }
}
