using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;

namespace Secronna.Server.Http;

/// <summary>Writes the envelope of every answer without values: data or an error, and the request's id and time.</summary>
internal static class ResponseEnvelope
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    /// <summary>Writes data.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="data">The data.</param>
    /// <param name="type">The JSON shape of the data.</param>
    /// <param name="receipt">Which entries the request has recorded, for a caller who is told.</param>
    public static Task WriteAsync<T>(HttpContext context, int status, T data, JsonTypeInfo<T> type, TrailReceipt? receipt = null)
    {
        var json = Begin();
        JsonSerializer.Serialize(json, data, type);
        json.WriteNull("error");
        return SendAsync(context, status, json, null, receipt);
    }

    /// <summary>Writes a page of a list; the cursor is <c>null</c> at the list's end.</summary>
    public static Task WritePageAsync<T>(HttpContext context, Page<T> page, string? cursor, JsonTypeInfo<T> type)
    {
        var json = Begin();
        json.WriteStartArray();
        foreach (var item in page.Items)
        {
            JsonSerializer.Serialize(json, item, type);
        }

        json.WriteEndArray();
        json.WriteNull("error");
        return SendAsync(context, StatusCodes.Status200OK, json, new PageMeta(cursor));
    }

    /// <summary>Writes data with parts of lists; the cursor is <c>null</c> at the lists' ends.</summary>
    public static Task WritePageAsync<T>(HttpContext context, PagedData<T> page, string? cursor, JsonTypeInfo<T> type)
    {
        var json = Begin();
        JsonSerializer.Serialize(json, page.Data, type);
        json.WriteNull("error");
        return SendAsync(context, StatusCodes.Status200OK, json, new PageMeta(cursor));
    }

    /// <summary>Writes an error.</summary>
    public static Task WriteErrorAsync(HttpContext context, int status, RequestException refused)
    {
        var json = Begin();
        json.WriteNullValue();
        json.WriteStartObject("error");
        json.WriteString("code", refused.Code);
        json.WriteString("message", refused.Message);
        if (refused.Param is { } param)
        {
            json.WriteString("param", param);
        }

        json.WriteEndObject();
        return SendAsync(context, status, json, null);
    }

    /// <summary>The end of the envelope after the data, for answers that are written piece by piece.</summary>
    /// <param name="context">The request.</param>
    /// <param name="receipt">Which entries the request has recorded, for a caller who is told.</param>
    /// <param name="endOfData">What closes the data.</param>
    public static byte[] Tail(HttpContext context, TrailReceipt? receipt, string endOfData = "")
    {
        var trail = receipt is { IsRange: true }
            ? string.Create(CultureInfo.InvariantCulture, $",\"trail\":{{\"epoch\":{receipt.Epoch},\"first\":{receipt.First},\"count\":{receipt.Count}}}")
            : "";
        return Encoding.UTF8.GetBytes(
            $"{endOfData},\"error\":null,\"meta\":{{\"requestId\":\"{context.TraceIdentifier}\",\"timestamp\":\"{Now(context)}\"{trail}}}}}{AnswerDeadline.Padding(context)}");
    }

    /// <summary>Sets the status, and JSON as the content type.</summary>
    public static void PrepareHeaders(HttpContext context, int status)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
    }

    private static Utf8JsonWriter Begin()
    {
        buffer ??= new ArrayBufferWriter<byte>();
        // An answer that could not be written may have left its beginning.
        buffer.Clear();
        writer ??= new Utf8JsonWriter(buffer, Options);
        writer.Reset(buffer);
        writer.WriteStartObject();
        writer.WritePropertyName("data");
        return writer;
    }

    // All steps up to the copy into the response run on one thread, so they may use that thread's buffer.
    private static async Task SendAsync(
        HttpContext context, int status, Utf8JsonWriter json, PageMeta? page, TrailReceipt? receipt = null)
    {
        json.WriteStartObject("meta");
        json.WriteString("requestId", context.TraceIdentifier);
        json.WriteString("timestamp", Now(context));
        if (page is not null)
        {
            json.WriteString("cursor", page.Cursor);
            json.WriteBoolean("hasMore", page.Cursor is not null);
        }

        if (receipt is { IsRange: true })
        {
            json.WriteStartObject("trail");
            json.WriteNumber("epoch", receipt.Epoch);
            json.WriteNumber("first", receipt.First);
            json.WriteNumber("count", receipt.Count);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        PrepareHeaders(context, status);
        using var deadline = AnswerDeadline.StartIfMultiplexed(context);
        context.Response.ContentLength = buffer!.WrittenCount;
        context.Response.BodyWriter.Write(buffer.WrittenSpan);
        // Zeroes the bytes, because they may hold the token of a new credential.
        buffer.Clear();
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static string Now(HttpContext context) =>
        Instant.From(context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()).ToString();

    private sealed record PageMeta(string? Cursor);
}
