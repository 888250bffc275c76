using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Creates projects one after another, on each node in turn, until it is stopped.</summary>
internal sealed class ProjectCreator : IAsyncDisposable
{
    private readonly NodeSet nodes;
    private readonly CancellationTokenSource end = new();
    private readonly Task work;

    public ProjectCreator(NodeSet nodes)
    {
        this.nodes = nodes;
        work = Task.Run(CreateAsync);
    }

    /// <summary>The ids of the created projects.</summary>
    public List<string> Ids { get; } = [];

    /// <summary>Stops and expects that every project was created.</summary>
    public async Task StopAsync()
    {
        await end.CancelAsync();
        await work;
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await work.ContinueWith(_ => { }, TaskScheduler.Default);
        end.Dispose();
    }

    private async Task CreateAsync()
    {
        using var apis = new ApiSet(nodes);
        for (var i = 0; !end.IsCancellationRequested; i++)
        {
            var created = await apis[i % nodes.All.Count].PostAsync("/api/v1/projects", new JsonObject { ["name"] = $"New {i}" });
            Assert.True(created.Status == 201, created.Envelope.ToJsonString());
            Ids.Add((string)created.Data["id"]!);
        }
    }
}
