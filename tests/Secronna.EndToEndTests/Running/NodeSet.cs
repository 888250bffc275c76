using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Running;

/// <summary>Several nodes of one installation, over one database and one master-key file.</summary>
internal sealed class NodeSet : IAsyncDisposable
{
    private readonly List<Node> nodes = [];

    private NodeSet(TestInstallation installation) => Installation = installation;

    public TestInstallation Installation { get; }

    public IReadOnlyList<Node> All => nodes;

    public Node this[int index] => nodes[index];

    public string ConnectionString => Installation.Environment["Secronna__Storage__ConnectionString"];

    /// <summary>Creates an installation in a new database of the cluster and starts <paramref name="count"/> nodes.</summary>
    public static async Task<NodeSet> StartAsync(PostgresCluster cluster, int count = 3) =>
        await StartAsync(await cluster.NewDatabaseAsync(), Plain(count));

    /// <summary>Creates an installation in an existing empty database and starts a node for each set of variables.</summary>
    public static async Task<NodeSet> StartAsync(string connectionString, params IReadOnlyList<Dictionary<string, string>> own) =>
        await StartAsync(await TestInstallation.CreateAsync(connectionString), own);

    /// <summary>
    /// Starts a node of an existing installation for each set of variables, all at once. The set disposes of the installation.
    /// </summary>
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

    /// <summary>Empty variables for <paramref name="count"/> nodes.</summary>
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
