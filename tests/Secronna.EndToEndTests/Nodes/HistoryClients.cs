using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>Several clients that work at the same time, each on its own node, and the history that they record.</summary>
internal sealed class HistoryClients : IDisposable
{
    private readonly NodeSet nodes;
    private readonly CancellationTokenSource end = new();
    private readonly Task[] clients;

    /// <summary>Starts the clients.</summary>
    /// <param name="nodes">The nodes, among which the clients are distributed.</param>
    /// <param name="history">The history that the clients add to.</param>
    /// <param name="count">The number of clients.</param>
    /// <param name="seed">The seed of the clients' random choices.</param>
    public HistoryClients(NodeSet nodes, RequestHistory history, int count, int seed)
    {
        (this.nodes, History) = (nodes, history);
        clients = [.. Enumerable.Range(0, count).Select(client => Task.Run(async () =>
        {
            using var historyClient = new HistoryClient(history, nodes, client % nodes.All.Count);
            await historyClient.WorkAsync(new Dice(((long)seed << 8) + client), end.Token);
        }))];
    }

    public RequestHistory History { get; }

    /// <summary>Stops the clients, and reveals each key once more on each node as part of the history.</summary>
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
