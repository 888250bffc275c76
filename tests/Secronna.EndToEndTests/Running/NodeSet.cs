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
        await StartAsync(await cluster.NewDatabaseAsync(), Plain(count));

    /// <summary>The same in a database that is there, each node with variables of its own.</summary>
    public static async Task<NodeSet> StartAsync(string connectionString, params IReadOnlyList<Dictionary<string, string>> own) =>
        await StartAsync(await TestInstallation.CreateAsync(connectionString), own);

    /// <summary>The same of an installation that is there, which is the set's from now on; all start at once.</summary>
    public static async Task<NodeSet> StartAsync(
        TestInstallation installation, IReadOnlyList<Dictionary<string, string>> own, params string[] arguments)
    {
        var set = new NodeSet(installation);
        var starts = own.Select(environment => Node.StartAsync(installation, environment, arguments)).ToList();
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

    /// <summary>So many nodes with nothing of their own.</summary>
    public static IReadOnlyList<Dictionary<string, string>> Plain(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new Dictionary<string, string>())];

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        Installation.Dispose();
    }
}
