using System.Globalization;
using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// Suspends all processes of PostgreSQL until it is disposed of: connections are accepted and stay open, but nothing is answered.
/// </summary>
internal sealed class PausedPostgres : IDisposable
{
    private readonly List<int> paused = [];

    // The postmaster is suspended first, so that it starts no further processes.
    public PausedPostgres(PostgresCluster cluster)
    {
        Pause(cluster.ProcessId);
        foreach (var child in ChildrenOf(cluster.ProcessId))
        {
            Pause(child);
        }
    }

    public void Dispose() => paused.ForEach(process => ServerProgram.Signal(process, ServerProgram.Continue));

    private void Pause(int process)
    {
        ServerProgram.Signal(process, ServerProgram.Stop);
        paused.Add(process);
    }

    private static List<int> ChildrenOf(int process) =>
        [.. File.ReadAllLines($"/proc/{process}/task/{process}/children").SelectMany(line =>
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
}
