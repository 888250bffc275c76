using Npgsql;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Deploy;

/// <summary>Three nodes on one PostgreSQL, behind haproxy with the shipped configuration.</summary>
public sealed class ThreeNodesTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Workers = 16;

    private readonly Dictionary<string, string> addresses = DeployFiles.NewAddresses();
    private readonly List<RunningServer> nodes = [];
    private PostgresCluster cluster = null!;
    private TestInstallation installation = null!;
    private LoadBalancer balancer = null!;
    private string connectionString = "";

    public async ValueTask InitializeAsync()
    {
        cluster = await PostgresCluster.StartNewAsync();
        connectionString = await cluster.NewDatabaseAsync();
        installation = await TestInstallation.CreateAsync(connectionString);
        balancer = await LoadBalancer.StartAsync(addresses, installation.Folder["haproxy.log"]);
        for (var number = 1; number <= 3; number++)
        {
            nodes.Add(await StartNodeAsync(number));
        }

        using var api = new Api(balancer.Url, installation.Token);
        await Until.HoldsAsync("a node is ready", async () => (await api.GetAsync("/health/ready")).Status == 200);
    }

    public async ValueTask DisposeAsync()
    {
        if (balancer is not null)
        {
            await balancer.DisposeAsync();
        }

        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        await cluster.DisposeAsync();
        installation.Dispose();
    }

    [Fact]
    public async Task When_a_node_is_killed_only_the_requests_in_flight_on_it_fail()
    {
        var ledger = new Ledger();
        using var api = new Api(balancer.Url, installation.Token);
        var environment = (await api.CreateEnvironmentAsync("Nodes")).EnvironmentId;
        using (var load = new RequestLoad(balancer.Url, installation.Token, environment, ledger, Workers, Workers, continuesAfterFailure: true))
        {
            for (var number = 1; number <= 3; number++)
            {
                await WaitForWritesAsync(ledger, "all nodes acknowledge writes");
                await nodes[number - 1].KillAsync();
                await WaitForWritesAsync(ledger, "the other nodes acknowledge writes");
                nodes[number - 1] = await StartNodeAsync(number);
            }

            await load.StopAsync();
            output.WriteLine($"writes {ledger.Writes}; lost with their nodes: {load.Refused.Count} and {load.Failures}");
            // haproxy answers 502, but if the client's connection has served a request before, haproxy closes it without an answer.
            Assert.InRange(load.Refused.Count + load.Failures, 0, 3 * 2 * Workers);
            Assert.All(load.Refused, answer => Assert.Equal((502, "UNAVAILABLE"), (answer.Status, answer.ErrorCode)));
        }

        await ledger.CheckAllAsync(api, environment);
    }

    [Fact]
    public async Task A_write_that_a_node_received_but_did_not_answer_is_not_sent_to_another_node()
    {
        using var api = new Api(balancer.Url, installation.Token);
        var environment = (await api.CreateEnvironmentAsync("Once")).EnvironmentId;
        await using (var holder = new NpgsqlConnection(connectionString))
        {
            await holder.OpenAsync();
            await using var transaction = await holder.BeginTransactionAsync();
            await ScalarAsync(holder, $"SELECT 1 FROM environments WHERE id = '{environment}' FOR UPDATE");
            // Uses a new connection. On one that has served a request before, haproxy would close it without an answer.
            using var writer = new Api(balancer.Url, installation.Token);
            var write = writer.WriteAsync(environment, "KEY", "value");
            var number = 0;
            await Until.HoldsAsync("a node has the write", async () => (number = await WaitingNodeAsync(holder)) > 0);
            await nodes[number - 1].KillAsync();
            // If the write had been sent to another node, that node would wait for the locked row.
            var answer = await write;
            Assert.Equal((502, "UNAVAILABLE"), (answer.Status, answer.ErrorCode));
            Assert.True(await WaitingNodeAsync(holder) is var waiting && (waiting == 0 || waiting == number), "another node has the write");
        }

        var secrets = await api.ListAsync($"/api/v1/environments/{environment}/secrets");
        Assert.All(secrets, secret => Assert.Equal(1, (int)secret["currentVersion"]!));
    }

    [Fact]
    public async Task When_no_node_is_ready_the_answer_is_UNAVAILABLE_in_the_envelope()
    {
        await Task.WhenAll(nodes.Select(node => node.KillAsync()));
        using var api = new Api(balancer.Url, installation.Token);
        await Until.HoldsAsync("the balancer noticed", async () => (await api.GetAsync("/api/v1/me")).Status == 503);
        var answer = await api.GetAsync("/api/v1/me");
        Assert.Equal("UNAVAILABLE", answer.ErrorCode);
        Assert.Null(answer.Envelope["data"]);
        Assert.NotNull((string?)answer.Envelope["meta"]!["timestamp"]);
    }

    // The application name tells the database which node a session belongs to.
    private Task<RunningServer> StartNodeAsync(int number) => RunningServer.StartAsync(
        installation.Folder.Path,
        installation.Environment.Append(new(
            "Secronna__Storage__ConnectionString", $"{connectionString};Application Name=node{number}")),
        "serve", "--urls", "http://" + addresses[$"SECRONNA_NODE_{number}"]);

    private static Task<TimeSpan> WaitForWritesAsync(Ledger ledger, string what)
    {
        var goal = ledger.Writes + 200;
        return Until.HoldsAsync(what, () => ledger.Writes >= goal);
    }

    private static async Task<int> WaitingNodeAsync(NpgsqlConnection connection) => await ScalarAsync(
        connection,
        "SELECT substr(application_name, 5)::int FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        is int number ? number : 0;

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
