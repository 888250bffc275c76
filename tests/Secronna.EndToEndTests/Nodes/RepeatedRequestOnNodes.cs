using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>Sends the same request to every node without pause, so that each node keeps the credential in its cache.</summary>
internal sealed class RepeatedRequestOnNodes : IDisposable
{
    private readonly List<Api> apis;
    private readonly List<RepeatedRequest> requests;

    public RepeatedRequestOnNodes(NodeSet nodes, string token, string path = "/api/v1/projects")
    {
        apis = [.. nodes.All.Select(node => node.Connect(token))];
        requests = [.. apis.Select(api => new RepeatedRequest(api, path))];
    }

    /// <summary>The client of a node, with the credential.</summary>
    public Api this[int node] => apis[node];

    public Task ExpectAcceptedAsync() => Task.WhenAll(requests.Select(request => request.ExpectAcceptedAsync()));

    /// <summary>
    /// Expects that no node accepts a request that begins a second or later after this call. Call it right after the acknowledgement.
    /// </summary>
    public Task ExpectRefusedWithinASecondAsync(int status) =>
        Task.WhenAll(requests.Select(request => request.ExpectRefusedWithinASecondAsync(status)));

    public void Dispose()
    {
        requests.ForEach(request => request.Dispose());
        apis.ForEach(api => api.Dispose());
    }
}
