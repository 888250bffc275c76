using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace Secronna.IntegrationTests.Harness;

/// <summary>
/// Sends requests with one credential. <see cref="Reply"/> checks of each answer what must hold of every answer.
/// </summary>
internal sealed class ApiClient(TestServer server, string? token)
{
    public const string Base = "/api/v1";

    public string? Token { get; } = token;

    public TestServer Server => server;

    public Task<Reply> GetAsync(string path) => SendAsync("GET", path);

    public Task<Reply> DeleteAsync(string path) => SendAsync("DELETE", path);

    public Task<Reply> PostAsync(string path, string? json = null) => SendAsync("POST", path, json);

    public Task<Reply> PutAsync(string path, string json) => SendAsync("PUT", path, json);

    public Task<Reply> PatchAsync(string path, string json) => SendAsync("PATCH", path, json);

    /// <summary>Sends a request to a path below <see cref="Base"/>, with a JSON body if there is one.</summary>
    public Task<Reply> SendAsync(string method, string path, string? json = null, params (string Name, string Value)[] headers) =>
        SendToAsync(method, Base + path, json is null ? null : Json(json), headers);

    /// <summary>Sends a request with any content to any path of the server. The path is sent exactly as written.</summary>
    public async Task<Reply> SendToAsync(
        string method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri(server.Address.GetLeftPart(UriPartial.Authority) + path, options));
        request.Content = content;
        if (Token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Token);
        }

        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var response = await server.Http.SendAsync(request);
        return await Reply.ReadAsync(response);
    }

    public static HttpContent Json(string json) => Json(Encoding.UTF8.GetBytes(json));

    public static HttpContent Json(byte[] json)
    {
        var content = new ByteArrayContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    /// <summary>A JSON body that is sent in chunks, without a Content-Length.</summary>
    public static HttpContent Chunked(byte[] json)
    {
        var content = new ChunkedContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private sealed class ChunkedContent(byte[] bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            foreach (var piece in bytes.Chunk(10_000))
            {
                await stream.WriteAsync(piece);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
