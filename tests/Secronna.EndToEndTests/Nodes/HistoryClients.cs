using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>Clients of several nodes at work, each always on the same node, and the history that they make.</summary>
internal sealed class HistoryClients : IDisposable
{
    private readonly NodeSet nodes;
    private readonly CancellationTokenSource end = new();
    private readonly Task[] clients;

    /// <summary>Begins at once.</summary>
    /// <param name="nodes">The nodes, among which the clients are shared out.</param>
    /// <param name="history">What they did, and from now on do.</param>
    /// <param name="count">How many clients.</param>
    /// <param name="seed">Of what they choose to do.</param>
    public HistoryClients(NodeSet nodes, RequestHistory history, int count, int seed)
    {
        (this.nodes, History) = (nodes, history);
        clients = [.. Enumerable.Range(0, count).Select(client => Task.Run(async () =>
        {
            using var one = new HistoryClient(history, nodes, client % nodes.All.Count);
            await one.WorkAsync(new Dice(((long)seed << 8) + client), end.Token);
        }))];
    }

    public RequestHistory History { get; }

    /// <summary>Stops, and reveals each key once more on each node as part of the history.</summary>
    public async Task StopAsync()
    {
        await end.CancelAsync();
        await Task.WhenAll(clients);
        for (var node = 0; node < nodes.All.Count; node++)
        {
            using var last = new HistoryClient(History, nodes, node);
            foreach (var key in RequestHistory.Keys)
            {
                Assert.True(await last.RevealAsync(key, null));
            }
        }
    }

    public void Dispose()
    {
        end.Cancel();
        Task.WaitAll(clients);
        end.Dispose();
    }
}
