using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Makes projects, one after another at each node in turn, until it is told to stop.</summary>
internal sealed class ProjectCreator : IAsyncDisposable
{
    private readonly NodeSet nodes;
    private readonly CancellationTokenSource end = new();
    private readonly Task work;

    public ProjectCreator(NodeSet nodes)
    {
        this.nodes = nodes;
        work = Task.Run(MakeAsync);
    }

    public List<string> Ids { get; } = [];

    /// <summary>Ends it: each was made.</summary>
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

    private async Task MakeAsync()
    {
        using var apis = new ApiSet(nodes);
        for (var i = 0; !end.IsCancellationRequested; i++)
        {
            var made = await apis[i % nodes.All.Count].PostAsync("/api/v1/projects", new JsonObject { ["name"] = $"New {i}" });
            Assert.True(made.Status == 201, made.Envelope.ToJsonString());
            Ids.Add((string)made.Data["id"]!);
        }
    }
}
