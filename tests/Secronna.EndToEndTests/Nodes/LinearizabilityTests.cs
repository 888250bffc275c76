using Secronna.EndToEndTests.Faults;
using Secronna.EndToEndTests.Linearizability;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// Three nodes, two of them with clocks that are a minute wrong, give a linearizable history while one at a time is killed or
/// suspended: all answers fit one order in which each request happened at one moment.
/// </summary>
[Collection(SharedPostgresTests.Name)]
[RunsAlone]
public sealed class LinearizabilityTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private const string RoundsVariable = "SECRONNA_NODES_ROUNDS";
    private const string SeedVariable = "SECRONNA_NODES_SEED";
    private const int OrdinaryRounds = 3;
    private const int ThoroughRounds = 6;
    private const int Clients = 16;
    private const int SuccessesBetweenFaults = 100;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task While_nodes_are_killed_and_suspended_one_at_a_time_the_history_of_each_key_is_linearizable()
    {
        var rounds = Rounds.Of(RoundsVariable, OrdinaryRounds, ThoroughRounds);
        var seed = Rounds.Seed(SeedVariable);
        output.WriteLine($"{rounds} rounds; {SeedVariable}={seed}");
        using var clock = await WrongClock.CreateAsync();
        await using var nodes = await NodeSet.StartAsync(
            await postgres.Cluster.NewDatabaseAsync(), clock.OffBy(Minute), clock.OffBy(-Minute), clock.OffBy(TimeSpan.Zero));
        using var api = nodes[0].Connect();
        var environment = (await api.CreateEnvironmentAsync("Web")).EnvironmentId;
        var history = new RequestHistory(nodes.All.Count, environment, "web/production");
        using var load = new HistoryClients(nodes, history, Clients, seed);
        var dice = new Dice(seed);
        for (var round = 0; round < rounds; round++)
        {
            await RunAsync(nodes, history, dice, isKill: round % 2 == 0);
        }

        await load.StopAsync();
        output.WriteLine($"{history.Count} operations, {history.Successes.Count} successes, "
            + string.Join(", ", nodes.All.Select((_, node) => $"node {node}: {history.Lost(node)} lost and {history.Unavailable(node)} unavailable")));
        Assert.Empty(history.Wrong);
        foreach (var key in history.ByKey())
        {
            var fault = LinearizabilityChecker.FindFault(key);
            Assert.True(fault is null, $"{key.Key}: {fault}");
        }

        await ExpectConsistentAsync(nodes, api, history);
    }

    private static async Task RunAsync(NodeSet nodes, RequestHistory history, Dice dice, bool isKill)
    {
        await WaitForSuccessesAsync(history);
        var chosen = dice.Next(nodes.All.Count);
        var lost = nodes.All.Select((_, node) => history.Lost(node)).ToList();
        var unavailable = nodes.All.Select((_, node) => history.Unavailable(node)).ToList();
        if (isKill)
        {
            await nodes[chosen].KillAsync();
            await WaitForSuccessesAsync(history);
            Assert.All(Others(nodes, chosen), node => Assert.Equal(unavailable[node], history.Unavailable(node)));
            await nodes[chosen].StartAgainAsync();
        }
        else
        {
            nodes[chosen].Pause();
            // Sometimes longer than the database allows an idle transaction, so that other nodes get the rows that it has locked.
            await Until.HasPassedAsync(TimeSpan.FromMilliseconds(1_000 + dice.Next(6_000)));
            nodes[chosen].Resume();
        }

        await Until.HoldsAsync("the node is ready", nodes[chosen].IsReadyAsync);
        Assert.All(Others(nodes, chosen), node => Assert.Equal(lost[node], history.Lost(node)));
    }

    private static IEnumerable<int> Others(NodeSet nodes, int chosen) =>
        Enumerable.Range(0, nodes.All.Count).Where(node => node != chosen);

    private static Task<TimeSpan> WaitForSuccessesAsync(RequestHistory history)
    {
        var before = history.Successes.Count;
        return Until.HoldsAsync("requests are answered", () => history.Successes.Count >= before + SuccessesBetweenFaults);
    }

    private static async Task ExpectConsistentAsync(NodeSet nodes, Api api, RequestHistory history)
    {
        await StorageInvariants.ExpectHoldAsync(nodes.ConnectionString);
        var recorded = (await StorageInvariants.ReadTextsAsync(
            nodes.ConnectionString, "SELECT request_id FROM audit_entries WHERE outcome = 'success' AND request_id IS NOT NULL")).ToHashSet();
        Assert.All(history.Successes, request => Assert.True(recorded.Contains(request), $"request {request} has no audit entry"));
        foreach (var secret in await api.ListAsync($"/api/v1/environments/{history.EnvironmentId}/secrets"))
        {
            for (var version = 1; version <= (int)secret["currentVersion"]!; version++)
            {
                Assert.Equal(200, (await api.RevealAsync((string)secret["id"]!, version)).Status);
            }
        }
    }
}
