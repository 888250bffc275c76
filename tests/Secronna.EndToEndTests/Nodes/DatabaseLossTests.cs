using Secronna.EndToEndTests.Running;
using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// When PostgreSQL is killed or suspended under load, requests fail with UNAVAILABLE in bounded time, the nodes recover by themselves,
/// and no acknowledged write is lost (S30).
/// </summary>
[RunsAlone]
public sealed class DatabaseLossTests(ITestOutputHelper output)
{
    private const string RoundsVariable = "SECRONNA_DATABASE_KILL_ROUNDS";
    private const int OrdinaryRounds = 1;
    private const int ThoroughRounds = 2;

    // A statement may take ten seconds, the connection that cancels it three, and a request that waited behind it three more. The
    // limit is about twice that sum, because the machine may be busy: the test looks for requests that hang.
    private static readonly TimeSpan MaxRequestDuration = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task When_PostgreSQL_is_killed_repeatedly_under_load_no_acknowledged_write_is_lost_and_no_request_hangs()
    {
        var rounds = Rounds.Of(RoundsVariable, OrdinaryRounds, ThoroughRounds);
        await using var cluster = await PostgresCluster.StartNewAsync();
        await using var nodes = await NodeSet.StartAsync(cluster, 2);
        using var api = nodes[0].Connect();
        var environment = (await api.CreateEnvironmentAsync("Loss")).EnvironmentId;
        var ledger = new Ledger();
        for (var round = 0; round < rounds; round++)
        {
            await LosePostgresUnderLoadAsync(nodes, environment, ledger, async loads =>
            {
                await cluster.KillAsync();
                await ExpectLossNoticedAsync(nodes, loads);
                await cluster.StartAsync();
            });
            await ledger.CheckAsync(api, environment);
        }

        await ExpectAllKeptAsync(nodes, ledger, environment);
    }

    [Fact]
    public async Task When_PostgreSQL_is_suspended_requests_fail_in_bounded_time_and_succeed_again_afterwards()
    {
        await using var cluster = await PostgresCluster.StartNewAsync();
        await using var nodes = await NodeSet.StartAsync(cluster, 2);
        using var api = nodes[0].Connect();
        var environment = (await api.CreateEnvironmentAsync("Loss")).EnvironmentId;
        var ledger = new Ledger();
        await LosePostgresUnderLoadAsync(nodes, environment, ledger, async loads =>
        {
            using var paused = new PausedPostgres(cluster);
            await ExpectLossNoticedAsync(nodes, loads);
        });
        await ExpectAllKeptAsync(nodes, ledger, environment);
    }

    private async Task LosePostgresUnderLoadAsync(NodeSet nodes, string environment, Ledger ledger, Func<List<RequestLoad>, Task> losePostgres)
    {
        var loads = nodes.All.Select(node => new RequestLoad(node.Url, nodes.Installation.Token, environment, ledger, 8, 8)).ToList();
        try
        {
            await WaitForWritesAsync(ledger);
            await losePostgres(loads);
            foreach (var node in nodes.All)
            {
                await Until.HoldsAsync("the node is ready again", node.IsReadyAsync);
            }

            await WaitForWritesAsync(ledger);
            await Task.WhenAll(loads.Select(load => load.StopAsync()));
            output.WriteLine(string.Join("; ", loads.Select(load => $"{load.Refused.Count} refused, the longest took {load.Longest.TotalSeconds:F1} s")));
            Assert.All(loads, load => Assert.Equal(0, load.Failures));
            Assert.All(loads.SelectMany(load => load.Refused), answer => Assert.Equal((503, "UNAVAILABLE"), (answer.Status, answer.ErrorCode)));
            Assert.All(loads, load => Assert.InRange(load.Longest, TimeSpan.Zero, MaxRequestDuration));
        }
        finally
        {
            loads.ForEach(load => load.Dispose());
        }
    }

    private static async Task ExpectLossNoticedAsync(NodeSet nodes, List<RequestLoad> loads)
    {
        foreach (var (node, load) in nodes.All.Zip(loads))
        {
            await Until.HoldsAsync("requests are refused", () => load.Refused.Count > 20);
            await Until.HoldsAsync("the node reports that it is not ready", () => node.HasStatusAsync(503));
            Assert.False(node.HasExited, node.Log);
        }
    }

    private static async Task WaitForWritesAsync(Ledger ledger)
    {
        var before = ledger.Writes;
        await Until.HoldsAsync("writes are acknowledged", () => ledger.Writes > before + 100);
    }

    private static async Task ExpectAllKeptAsync(NodeSet nodes, Ledger ledger, string environment)
    {
        using var api = nodes[1].Connect();
        await ledger.CheckAllAsync(api, environment);
        await ledger.CheckAsync(api, environment);
        await StorageInvariants.ExpectHoldAsync(nodes.ConnectionString);
    }
}
