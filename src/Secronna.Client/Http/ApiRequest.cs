using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Secronna.Client.Http;

/// <summary>A request to a route of the API.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path below <c>/api/v1</c> with its query, percent-encoded.</param>
/// <param name="Repeats">After which failures the request may be sent again.</param>
internal sealed record ApiRequest(HttpMethod Method, string Path, RequestRepeats Repeats)
{
    /// <summary>The body as JSON in UTF-8; <c>null</c> sends none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The revision that the caller already has, for <c>If-None-Match</c>; <c>null</c> where it has none.</summary>
    public string? KnownRevision { get; init; }

    /// <summary>Whether the request is sent without a credential.</summary>
    public bool IsAnonymous { get; init; }

    public static ApiRequest Get(string path) => new(HttpMethod.Get, path, RequestRepeats.IfIdempotent);

    public static ApiRequest Delete(string path) => new(HttpMethod.Delete, path, RequestRepeats.IfUnprocessed);

    /// <summary>A request that creates something, without an idempotency key.</summary>
    public static ApiRequest Create<T>(string path, T body, JsonTypeInfo<T> json) =>
        new(HttpMethod.Post, path, RequestRepeats.IfUnprocessed) { Body = Serialize(body, json) };

    public static ApiRequest Create(string path) => new(HttpMethod.Post, path, RequestRepeats.IfUnprocessed);

    public static ApiRequest Patch<T>(string path, T body, JsonTypeInfo<T> json) =>
        new(HttpMethod.Patch, path, RequestRepeats.IfIdempotent) { Body = Serialize(body, json) };

    /// <summary>
    /// A request that reads by POST. Its parameters are in the body, so that no access log has them.
    /// </summary>
    public static ApiRequest Read<T>(string path, T body, JsonTypeInfo<T> json) =>
        new(HttpMethod.Post, path, RequestRepeats.IfIdempotent) { Body = Serialize(body, json) };

    public static ApiRequest Read(string path) => new(HttpMethod.Post, path, RequestRepeats.IfIdempotent);

    /// <summary>A request that mints versions; it gets an idempotency key.</summary>
    public static ApiRequest Mint<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> json) =>
        new(method, path, RequestRepeats.WithIdempotencyKey) { Body = Serialize(body, json) };

    /// <summary>Percent-encodes one segment of a path, or one value of a query.</summary>
    public static string Escape(string text) => Uri.EscapeDataString(text);

    /// <summary>Adds the parameters that are not <c>null</c> to a path.</summary>
    public static string WithQuery(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                text.Append(separator).Append(name).Append('=').Append(Escape(value));
                separator = '&';
            }
        }

        return text.ToString();
    }

    private static byte[] Serialize<T>(T body, JsonTypeInfo<T> json) => JsonSerializer.SerializeToUtf8Bytes(body, json);
}
