using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>One PostgreSQL for the tests that do it no harm; each takes a database of its own.</summary>
public sealed class SharedPostgres : IAsyncLifetime
{
    internal PostgresCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await PostgresCluster.StartNewAsync();

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class SharedPostgresTests : ICollectionFixture<SharedPostgres>
{
    public const string Name = "PostgreSQL";
}
