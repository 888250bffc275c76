using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// A request whose commit gets no answer from the database is answered with UNAVAILABLE, and its effect is completely there or
/// completely absent (S18, S30).
/// </summary>
[Collection(SharedPostgresTests.Name)]
public sealed class LostAnswerTests(SharedPostgres postgres)
{
    [Fact]
    public async Task A_write_whose_commit_did_not_reach_the_database_is_absent()
    {
        await using var node = await NodeBehindProxy.CreateAsync(postgres);
        var answer = await node.CutAsync(CuttingProxy.Cut.BeforeCommit, api => api.WriteAsync(node.Environment, "KEY", "first"));
        Assert.Empty(await node.Api.ListAsync($"/api/v1/environments/{node.Environment}/secrets"));
        Assert.Equal(0, await node.CountEntriesAsync(answer));
        Assert.Equal(1, (int)(await node.Api.WriteAsync(node.Environment, "KEY", "second")).Data["version"]!);
    }

    [Fact]
    public async Task A_write_whose_commit_answer_was_lost_is_there_and_a_repeat_with_its_idempotency_key_gets_its_answer()
    {
        await using var node = await NodeBehindProxy.CreateAsync(postgres);
        var answer = await node.CutAsync(CuttingProxy.Cut.AfterCommit, PutAsync);
        var secret = Assert.Single(await node.Api.ListAsync($"/api/v1/environments/{node.Environment}/secrets"));
        Assert.Equal(1, (int)secret["currentVersion"]!);
        Assert.Equal("first", (string)(await node.Api.RevealAsync((string)secret["id"]!, 1)).Data["value"]!);
        Assert.Equal(1, await node.CountEntriesAsync(answer));
        var repeat = await PutAsync(node.Api);
        Assert.Equal((201, 1, (string)secret["id"]!), (repeat.Status, (int)repeat.Data["version"]!, (string)repeat.Data["id"]!));
        Assert.Equal(2, (int)(await node.Api.WriteAsync(node.Environment, "KEY", "second")).Data["version"]!);

        Task<Answer> PutAsync(Api api) => api.SendAsync(
            HttpMethod.Put, $"/api/v1/environments/{node.Environment}/secrets", """{"key":"KEY","value":"first"}""", header: ("Idempotency-Key", "once"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reveal_whose_audit_entry_is_not_known_to_be_durable_returns_no_value(bool isCommitted)
    {
        await using var node = await NodeBehindProxy.CreateAsync(postgres);
        var id = (string)(await node.Api.WriteAsync(node.Environment, "KEY", "value")).Data["id"]!;
        var answer = await node.CutAsync(
            isCommitted ? CuttingProxy.Cut.AfterCommit : CuttingProxy.Cut.BeforeCommit, api => api.RevealAsync(id, 1));
        Assert.Null(answer.Envelope["data"]);
        Assert.Equal(isCommitted ? 1 : 0, await node.CountEntriesAsync(answer));
        Assert.Equal("value", (string)(await node.Api.RevealAsync(id, 1)).Data["value"]!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deletion_whose_commit_is_unknown_is_done_completely_or_not_at_all(bool isCommitted)
    {
        await using var node = await NodeBehindProxy.CreateAsync(postgres);
        var id = (string)(await node.Api.WriteAsync(node.Environment, "KEY", "value")).Data["id"]!;
        var answer = await node.CutAsync(
            isCommitted ? CuttingProxy.Cut.AfterCommit : CuttingProxy.Cut.BeforeCommit, api => api.DeleteAsync($"/api/v1/secrets/{id}"));
        Assert.Equal(isCommitted ? 1 : 0, await node.CountEntriesAsync(answer));
        Assert.Equal(isCommitted ? 404 : 200, (await node.Api.RevealAsync(id, 1)).Status);
        await StorageInvariants.ExpectHoldAsync(node.ConnectionString);
    }

    /// <summary>A node behind a <see cref="CuttingProxy"/>, with an environment.</summary>
    private sealed class NodeBehindProxy : IAsyncDisposable
    {
        private readonly CuttingProxy proxy;
        private readonly NodeSet nodes;

        private NodeBehindProxy(CuttingProxy proxy, NodeSet nodes, string connectionString)
        {
            (this.proxy, this.nodes, ConnectionString) = (proxy, nodes, connectionString);
            Api = nodes[0].Connect();
        }

        public string ConnectionString { get; }

        public Api Api { get; }

        public string Environment { get; private set; } = "";

        public static async Task<NodeBehindProxy> CreateAsync(SharedPostgres postgres)
        {
            var connectionString = await postgres.Cluster.NewDatabaseAsync();
            var proxy = new CuttingProxy(postgres.Cluster);
            var nodes = await NodeSet.StartAsync(proxy.ConnectionStringThrough(connectionString), NodeSet.Plain(1));
            var node = new NodeBehindProxy(proxy, nodes, connectionString);
            node.Environment = (await node.Api.CreateEnvironmentAsync("Lost")).EnvironmentId;
            return node;
        }

        /// <summary>Sends a request whose commit is cut, and expects UNAVAILABLE.</summary>
        public async Task<Answer> CutAsync(CuttingProxy.Cut cut, Func<Api, Task<Answer>> send)
        {
            proxy.CutNext(cut);
            var answer = await send(Api);
            Assert.Equal(1, proxy.Cuts);
            Assert.Equal((503, "UNAVAILABLE"), (answer.Status, answer.ErrorCode));
            return answer;
        }

        /// <summary>The number of audit entries of success that the request has.</summary>
        public async Task<int> CountEntriesAsync(Answer answer) => (await StorageInvariants.ReadTextsAsync(
            ConnectionString, $"SELECT id FROM audit_entries WHERE request_id = '{answer.RequestId}' AND outcome = 'success'")).Count;

        public async ValueTask DisposeAsync()
        {
            Api.Dispose();
            await nodes.DisposeAsync();
            await proxy.DisposeAsync();
        }
    }
}
