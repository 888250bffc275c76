using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Secronna.Client.Testing.Errors;

namespace Secronna.Client.Testing.Http;

/// <summary>The answer of a route, before <see cref="FakeEnvelope"/> puts it into an HTTP response.</summary>
internal sealed record FakeAnswer(HttpStatusCode Status)
{
    /// <summary>Writes the envelope's <c>data</c>; <c>null</c> where there is none.</summary>
    public Action<Utf8JsonWriter>? Data { get; private init; }

    /// <summary>Whether the data is a page of a list.</summary>
    public bool IsPage { get; private init; }

    /// <summary>The cursor of the next page; <c>null</c> on the last page.</summary>
    public string? Cursor { get; private init; }

    /// <summary>The revision of a revealed environment, for the <c>ETag</c> header.</summary>
    public string? Revision { get; init; }

    /// <summary>The refusal; <c>null</c> where the request succeeded.</summary>
    public FakeError? Error { get; private init; }

    public static FakeAnswer Ok<T>(T data, JsonTypeInfo<T> json) => WithData(HttpStatusCode.OK, data, json);

    public static FakeAnswer Created<T>(T data, JsonTypeInfo<T> json) => WithData(HttpStatusCode.Created, data, json);

    public static FakeAnswer Accepted<T>(T data, JsonTypeInfo<T> json) => WithData(HttpStatusCode.Accepted, data, json);

    public static FakeAnswer NotModified(string revision) => new(HttpStatusCode.NotModified) { Revision = revision };

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

    private static FakeAnswer WithData<T>(HttpStatusCode status, T data, JsonTypeInfo<T> json) =>
        new(status) { Data = writer => JsonSerializer.Serialize(writer, data, json) };
}
