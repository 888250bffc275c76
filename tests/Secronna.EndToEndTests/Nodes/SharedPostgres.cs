using Secronna.EndToEndTests.Running;
using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// A PostgreSQL for all tests that don't stop or damage it, and three nodes for all tests that don't stop or damage them.
/// </summary>
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

    /// <summary>Returns the three nodes, which the first call starts.</summary>
    internal async Task<NodeSet> NodesAsync() => nodes ??= await NodeSet.StartAsync(Cluster);
}

[CollectionDefinition(Name)]
public sealed class SharedPostgresTests : ICollectionFixture<SharedPostgres>
{
    public const string Name = "PostgreSQL";
}
