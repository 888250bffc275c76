using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>A credential in constant use on every node, so that each has it in its cache.</summary>
internal sealed class RepeatedRequestOnNodes : IDisposable
{
    private readonly List<Api> apis;
    private readonly List<RepeatedRequest> uses;

    public RepeatedRequestOnNodes(NodeSet nodes, string token, string path = "/api/v1/projects")
    {
        apis = [.. nodes.All.Select(node => node.Connect(token))];
        uses = [.. apis.Select(api => new RepeatedRequest(api, path))];
    }

    public Api this[int node] => apis[node];

    public Task ExpectAcceptedAsync() => Task.WhenAll(uses.Select(use => use.ExpectAcceptedAsync()));

    /// <summary>To be called right after the acknowledgement.</summary>
    public Task ExpectRefusedWithinASecondAsync(int status) =>
        Task.WhenAll(uses.Select(use => use.ExpectRefusedWithinASecondAsync(status)));

    public void Dispose()
    {
        uses.ForEach(use => use.Dispose());
        apis.ForEach(api => api.Dispose());
    }
}
