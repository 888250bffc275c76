namespace Secronna.EndToEndTests.Running;

/// <summary>One API client for each node of a set.</summary>
internal sealed class ApiSet(NodeSet nodes, string? token = null) : IDisposable
{
    private readonly List<Api> apis = [.. nodes.All.Select(node => token is null ? node.Connect() : new Api(node.Url, token))];

    public Api this[int node] => apis[node];

    /// <summary>Sends a request to all nodes at once, <paramref name="times"/> times to each.</summary>
    public Task<Answer[]> AllAsync(Func<Api, Task<Answer>> send, int times = 1) =>
        Task.WhenAll(Enumerable.Repeat(apis, times).SelectMany(each => each).Select(send));

    public void Dispose() => apis.ForEach(api => api.Dispose());
}
