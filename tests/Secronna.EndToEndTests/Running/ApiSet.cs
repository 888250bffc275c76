namespace Secronna.EndToEndTests.Running;

/// <summary>A client of each node.</summary>
internal sealed class ApiSet(NodeSet nodes) : IDisposable
{
    private readonly List<Api> apis = [.. nodes.All.Select(node => node.Connect())];

    public Api this[int node] => apis[node];

    /// <summary>Sends to each node at once, so many times.</summary>
    public Task<Answer[]> AllAsync(Func<Api, Task<Answer>> send, int times = 1) =>
        Task.WhenAll(Enumerable.Repeat(apis, times).SelectMany(each => each).Select(send));

    public void Dispose() => apis.ForEach(api => api.Dispose());
}
