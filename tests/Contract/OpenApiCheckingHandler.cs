using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Xunit;

namespace Secronna.Tests.Contract;

/// <summary>Checks successful answers against the OpenAPI document, and collects the elements of it that were used.</summary>
internal sealed class OpenApiCheckingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentDictionary<string, bool> used = [];

    public static OpenApiDocument Api { get; } = new();

    public IEnumerable<string> Used => used.Keys;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (method, uri) = (request.Method.Method, request.RequestUri!);
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            var envelope = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
            var fault = Api.Fault(method, uri, (int)response.StatusCode, envelope);
            Assert.True(fault is null, $"{method} {uri.AbsolutePath}: {fault}");
            foreach (var use in Api.UsedBy(method, uri, body))
            {
                used[use] = true;
            }
        }

        return response;
    }
}
