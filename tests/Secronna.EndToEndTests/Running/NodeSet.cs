using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Running;

/// <summary>Equal nodes over one database of PostgreSQL, with one file of master keys.</summary>
internal sealed class NodeSet : IAsyncDisposable
{
    private readonly List<Node> nodes = [];

    private NodeSet(TestInstallation installation) => Installation = installation;

    public TestInstallation Installation { get; }

    public IReadOnlyList<Node> All => nodes;

    public Node this[int index] => nodes[index];

    public string ConnectionString => Installation.Environment["Secronna__Storage__ConnectionString"];

    /// <summary>A new installation in a new database, with so many nodes at work.</summary>
    public static async Task<NodeSet> StartAsync(PostgresCluster cluster, int count = 3) =>
        await StartAsync(await cluster.NewDatabaseAsync(), [.. Enumerable.Repeat(0, count).Select(_ => new Dictionary<string, string>())]);

    /// <summary>The same in a database that is there, each node with variables of its own.</summary>
    public static async Task<NodeSet> StartAsync(string connectionString, params IReadOnlyList<Dictionary<string, string>> own)
    {
        var set = new NodeSet(await TestInstallation.CreateAsync(connectionString));
        var starts = own.Select(environment => Node.StartAsync(set.Installation, environment)).ToList();
        try
        {
            set.nodes.AddRange(await Task.WhenAll(starts));
            return set;
        }
        catch
        {
            set.nodes.AddRange(starts.Where(start => start.IsCompletedSuccessfully).Select(start => start.Result));
            await set.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        Installation.Dispose();
    }
}
