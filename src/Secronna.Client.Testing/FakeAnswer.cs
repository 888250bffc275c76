using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>An answer before it is put into the envelope.</summary>
internal sealed record FakeAnswer(HttpStatusCode Status)
{
    /// <summary>Writes the data; null where there is none.</summary>
    public Action<Utf8JsonWriter>? Data { get; private init; }

    /// <summary>Whether it is a page of a list.</summary>
    public bool IsPage { get; private init; }

    /// <summary>Where the next page begins; null at the end.</summary>
    public string? Cursor { get; private init; }

    /// <summary>The revision of what was revealed.</summary>
    public string? Revision { get; init; }

    /// <summary>What was refused; null where nothing was.</summary>
    public FakeError? Error { get; private init; }

    public static FakeAnswer Of<T>(T data, JsonTypeInfo<T> json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Data = writer => JsonSerializer.Serialize(writer, data, json) };

    public static FakeAnswer Created<T>(T data, JsonTypeInfo<T> json) => Of(data, json, HttpStatusCode.Created);

    public static FakeAnswer Page<T>(IReadOnlyList<T> items, string? cursor, JsonTypeInfo<T> json) => new(HttpStatusCode.OK)
    {
        IsPage = true,
        Cursor = cursor,
        Data = writer =>
        {
            writer.WriteStartArray();
            foreach (var item in items)
            {
                JsonSerializer.Serialize(writer, item, json);
            }

            writer.WriteEndArray();
        },
    };

    public static FakeAnswer Refused(FakeError error) => new(error.Status) { Error = error };

    /// <summary>The answer as it goes out.</summary>
    public HttpResponseMessage ToMessage(HttpRequestMessage request, string requestId, Instant now)
    {
        var message = new HttpResponseMessage(Status)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(Status == HttpStatusCode.NotModified ? [] : Envelope(requestId, now)),
        };
        message.Headers.Add("X-Request-Id", requestId);
        message.Headers.CacheControl = new CacheControlHeaderValue { NoStore = true };
        message.Headers.ETag = Revision is null ? null : new EntityTagHeaderValue($"\"{Revision}\"");
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        if (Status == HttpStatusCode.Unauthorized)
        {
            message.Headers.WwwAuthenticate.Add(new AuthenticationHeaderValue("Bearer"));
        }

        foreach (var method in Error?.Allow ?? [])
        {
            message.Content.Headers.Allow.Add(method);
        }

        return message;
    }

    private byte[] Envelope(string requestId, Instant now)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WritePropertyName("data");
        if (Data is null)
        {
            json.WriteNullValue();
        }
        else
        {
            Data(json);
        }

        WriteError(json);
        json.WriteStartObject("meta");
        json.WriteString("requestId", requestId);
        json.WriteString("timestamp", now.ToString());
        if (IsPage)
        {
            json.WriteString("cursor", Cursor);
            json.WriteBoolean("hasMore", Cursor is not null);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private void WriteError(Utf8JsonWriter json)
    {
        if (Error is null)
        {
            json.WriteNull("error");
            return;
        }

        json.WriteStartObject("error");
        json.WriteString("code", Error.Code);
        json.WriteString("message", Error.Message);
        json.WriteEndObject();
    }
}
