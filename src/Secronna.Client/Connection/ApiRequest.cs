using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Secronna.Client.Connection;

/// <summary>How often a request may be sent.</summary>
internal enum Repeats
{
    /// <summary>Again only where the server turned it away unseen: a repeat might do it twice.</summary>
    Unseen,

    /// <summary>Again after any failure that may pass: it changes nothing, or the second time nothing more.</summary>
    Reads,

    /// <summary>The same, since it carries an idempotency key by which the server knows a repeat.</summary>
    Keyed,
}

/// <summary>A request to a route of the API.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path below <c>/api/v1</c>, with its query, escaped.</param>
/// <param name="Repeats">How often it may be sent.</param>
internal sealed record ApiRequest(HttpMethod Method, string Path, Repeats Repeats)
{
    /// <summary>The body as JSON; null is none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The revision that the caller has; null where it has none.</summary>
    public string? KnownRevision { get; init; }

    /// <summary>Whether it may go out without a credential.</summary>
    public bool IsAnonymous { get; init; }

    public static ApiRequest Get(string path) => new(HttpMethod.Get, path, Repeats.Reads);

    public static ApiRequest Delete(string path) => new(HttpMethod.Delete, path, Repeats.Unseen);

    /// <summary>What creates something: no repeat is safe.</summary>
    public static ApiRequest Create<T>(string path, T body, JsonTypeInfo<T> json) =>
        new(HttpMethod.Post, path, Repeats.Unseen) { Body = Json(body, json) };

    public static ApiRequest Create(string path) => new(HttpMethod.Post, path, Repeats.Unseen);

    public static ApiRequest Patch<T>(string path, T body, JsonTypeInfo<T> json) =>
        new(HttpMethod.Patch, path, Repeats.Reads) { Body = Json(body, json) };

    /// <summary>What reads, by POST so that it shows in no log.</summary>
    public static ApiRequest Read<T>(string path, T body, JsonTypeInfo<T> json) =>
        new(HttpMethod.Post, path, Repeats.Reads) { Body = Json(body, json) };

    public static ApiRequest Read(string path) => new(HttpMethod.Post, path, Repeats.Reads);

    /// <summary>What mints versions.</summary>
    public static ApiRequest Mint<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> json) =>
        new(method, path, Repeats.Keyed) { Body = Json(body, json) };

    /// <summary>A part of a path.</summary>
    public static string Part(string text) => Uri.EscapeDataString(text);

    /// <summary>A path with those of its parameters that are given.</summary>
    public static string Query(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }

        return text.ToString();
    }

    private static byte[] Json<T>(T body, JsonTypeInfo<T> json) => JsonSerializer.SerializeToUtf8Bytes(body, json);
}
