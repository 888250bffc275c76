using System.Globalization;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>Has all processes of PostgreSQL stand still: connections are taken and kept, and nothing is answered.</summary>
internal sealed class PausedPostgres : IDisposable
{
    private readonly List<int> stopped = [];

    // The first of them first: then it makes no more.
    public PausedPostgres(PostgresCluster cluster)
    {
        Stop(cluster.ProcessId);
        foreach (var child in ChildrenOf(cluster.ProcessId))
        {
            Stop(child);
        }
    }

    public void Dispose() => stopped.ForEach(process => ServerProgram.Signal(process, ServerProgram.Continue));

    private void Stop(int process)
    {
        ServerProgram.Signal(process, ServerProgram.Stop);
        stopped.Add(process);
    }

    private static List<int> ChildrenOf(int process) =>
        [.. File.ReadAllLines($"/proc/{process}/task/{process}/children").SelectMany(line =>
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
}
