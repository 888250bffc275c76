using Secronna.EndToEndTests.Running;
using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>One PostgreSQL for the tests that do it no harm, and three nodes for those that do them none.</summary>
public sealed class SharedPostgres : IAsyncLifetime
{
    private NodeSet? nodes;

    internal PostgresCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await PostgresCluster.StartNewAsync();

    public async ValueTask DisposeAsync()
    {
        if (nodes is not null)
        {
            await nodes.DisposeAsync();
        }

        await Cluster.DisposeAsync();
    }

    /// <summary>The three nodes, started when they are first asked for.</summary>
    internal async Task<NodeSet> NodesAsync() => nodes ??= await NodeSet.StartAsync(Cluster);
}

[CollectionDefinition(Name)]
public sealed class SharedPostgresTests : ICollectionFixture<SharedPostgres>
{
    public const string Name = "PostgreSQL";
}
