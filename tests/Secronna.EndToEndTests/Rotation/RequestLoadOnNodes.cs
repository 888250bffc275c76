using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Writers and revealers at each of some nodes, on the same keys.</summary>
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

    /// <summary>Waits until some writes more are acknowledged.</summary>
    public Task WaitForWritesAsync(int writes = 20)
    {
        var before = Ledger.Writes;
        return Until.HoldsAsync("writes go on", () => Ledger.Writes >= before + writes);
    }

    /// <summary>Begins anew at a node that was started again.</summary>
    public async Task RestartAsync(int node)
    {
        await loads[node].StopAsync();
        Assert.Empty(loads[node].Refused);
        loads[node].Dispose();
        loads[node] = Begin(node);
    }

    /// <summary>Ends it: nothing was refused, and nothing left without an answer.</summary>
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
