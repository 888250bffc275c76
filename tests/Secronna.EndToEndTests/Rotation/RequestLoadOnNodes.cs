using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>One writer and one revealer on each node of a set, all on the same keys.</summary>
internal sealed class RequestLoadOnNodes : IDisposable
{
    private readonly NodeSet nodes;
    private readonly string environmentId;
    private readonly RequestLoad[] loads;

    public RequestLoadOnNodes(NodeSet nodes, string environmentId, Ledger ledger)
    {
        (this.nodes, this.environmentId, Ledger) = (nodes, environmentId, ledger);
        loads = [.. Enumerable.Range(0, nodes.All.Count).Select(Begin)];
    }

    public Ledger Ledger { get; }

    /// <summary>Waits until <paramref name="writes"/> more writes are acknowledged.</summary>
    public Task WaitForWritesAsync(int writes = 20)
    {
        var before = Ledger.Writes;
        return Until.HoldsAsync("more writes are acknowledged", () => Ledger.Writes >= before + writes);
    }

    /// <summary>Begins again on a node that was killed and started again.</summary>
    public async Task RestartAsync(int node)
    {
        await loads[node].StopAsync();
        Assert.Empty(loads[node].Refused);
        loads[node].Dispose();
        loads[node] = Begin(node);
    }

    /// <summary>Stops the load and expects that every request was answered with success.</summary>
    public async Task StopAsync()
    {
        await Task.WhenAll(loads.Select(load => load.StopAsync()));
        Assert.All(loads, load => Assert.True(
            load.Refused.IsEmpty && load.Failures == 0,
            $"{load.Refused.Count} refused, {load.Failures} without an answer: {load.Refused.FirstOrDefault()?.Envelope.ToJsonString()}"));
    }

    public void Dispose() => Array.ForEach(loads, load => load.Dispose());

    private RequestLoad Begin(int node) => new(nodes[node].Url, nodes.Installation.Token, environmentId, Ledger, writers: 1, revealers: 1);
}
