using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Secronna.EndToEndTests.Running;

/// <summary>An answer of the API: the HTTP status and the JSON envelope.</summary>
internal sealed record Answer(int Status, JsonObject Envelope)
{
    public JsonNode Data => Envelope["data"] ?? throw new InvalidOperationException($"no data: {Envelope.ToJsonString()}");

    public string? ErrorCode => (string?)Envelope["error"]?["code"];

    public string RequestId => (string)Envelope["meta"]!["requestId"]!;

    public string? Cursor => (string?)Envelope["meta"]!["cursor"];
}

/// <summary>A client of the server's API that keeps its connections open.</summary>
internal sealed class Api : IDisposable
{
    private readonly HttpClient client;

    /// <param name="url">The URL that the server listens on.</param>
    /// <param name="token">The credential; <c>null</c> sends none.</param>
    /// <param name="trusted">
    /// The only certificate that is accepted, or the root of the only chain that is accepted; <c>null</c> for a server without
    /// TLS.
    /// </param>
    /// <param name="keepsConnections">
    /// Whether connections are reused. A client that reuses connections repeats a request if the server has closed the
    /// connection. A client that reuses none never sends a request twice.
    /// </param>
    public Api(string url, string? token, X509Certificate? trusted = null, bool keepsConnections = true)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            PooledConnectionLifetime = keepsConnections ? Timeout.InfiniteTimeSpan : TimeSpan.Zero,
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, sent, _) =>
                trusted is not null && (trusted.Equals(certificate) || ChainsTo(trusted, certificate!, sent!)) },
        };
        client = new HttpClient(handler) { BaseAddress = new Uri(url), Timeout = Until.Patience };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    private static bool ChainsTo(X509Certificate root, X509Certificate certificate, X509Chain sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add((X509Certificate2)root);
        chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build((X509Certificate2)certificate);
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, JsonNode? body = null) => SendAsync(HttpMethod.Post, path, body?.ToJsonString());

    public Task<Answer> PutAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body.ToJsonString());

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>
    /// Sends a request, with one additional header if it is given. <paramref name="chunked"/> sends the body without a
    /// Content-Length.
    /// </summary>
    public async Task<Answer> SendAsync(
        HttpMethod method, string path, string? json = null, bool chunked = false, (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
            request.Headers.TransferEncodingChunked = chunked;
        }

        if (header is { } additional)
        {
            request.Headers.Add(additional.Name, additional.Value);
        }

        using var response = await client.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return new Answer((int)response.StatusCode, bytes.Length == 0 ? [] : JsonNode.Parse(bytes)!.AsObject());
    }

    /// <summary>Returns all entries of a list, fetched page by page.</summary>
    public async Task<List<JsonNode>> ListAsync(string path)
    {
        var entries = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await GetAsync(cursor is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={cursor}");
            Assert.Equal(200, page.Status);
            entries.AddRange(page.Data.AsArray()!);
            cursor = page.Cursor;
        }
        while (cursor is not null);
        return entries;
    }

    /// <summary>Creates a project with one environment and returns their ids.</summary>
    public async Task<(string ProjectId, string EnvironmentId)> CreateEnvironmentAsync(string project, string environment = "production")
    {
        var created = await PostAsync("/api/v1/projects", new JsonObject { ["name"] = project });
        Assert.Equal(201, created.Status);
        var projectId = (string)created.Data["id"]!;
        var createdEnvironment = await PostAsync($"/api/v1/projects/{projectId}/environments", new JsonObject { ["name"] = environment });
        Assert.Equal(201, createdEnvironment.Status);
        return (projectId, (string)createdEnvironment.Data["id"]!);
    }

    public Task<Answer> WriteAsync(string environmentId, string key, string value) =>
        PutAsync($"/api/v1/environments/{environmentId}/secrets", new JsonObject { ["key"] = key, ["value"] = value });

    public Task<Answer> RevealAsync(string secretId, int version) => PostAsync($"/api/v1/secrets/{secretId}/reveal?version={version}");

    public void Dispose() => client.Dispose();
}
