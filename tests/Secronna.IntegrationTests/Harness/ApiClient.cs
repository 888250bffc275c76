using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace Secronna.IntegrationTests.Harness;

/// <summary>Sends requests and checks of every answer what must hold of all of them.</summary>
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

    /// <summary>To a path of the API, with a JSON body if any.</summary>
    public Task<Reply> SendAsync(string method, string path, string? json = null, params (string Name, string Value)[] headers) =>
        SendToAsync(method, Base + path, json is null ? null : Json(json), headers);

    /// <summary>To any path of the server, as it is written, with any content.</summary>
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

    /// <summary>The same without a Content-Length: sent in chunks.</summary>
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
