using System.Security.Cryptography;
using Secronna.EndToEndTests.Faults;
using Secronna.EndToEndTests.Linearizability;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// Three nodes, two of them with clocks a minute off, are as one to their clients, while one at a time is killed or stands
/// still: all that was answered fits one order in which each request happened at one moment.
/// </summary>
[Collection(SharedPostgresTests.Name)]
public sealed class LinearizabilityTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private const string RoundsVariable = "SECRONNA_NODES_ROUNDS";
    private const string SeedVariable = "SECRONNA_NODES_SEED";
    private const int DefaultRounds = 6;
    private const int Clients = 16;
    private const int Some = 100;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Killed_and_paused_one_at_a_time_they_give_one_linearizable_history()
    {
        var rounds = Setting.Number(RoundsVariable) ?? DefaultRounds;
        var seed = Setting.Number(SeedVariable) ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"{rounds} rounds; {SeedVariable}={seed}");
        using var clock = await WrongClock.CreateAsync();
        await using var nodes = await NodeSet.StartAsync(
            await postgres.Cluster.NewDatabaseAsync(), clock.OffBy(Minute), clock.OffBy(-Minute), clock.OffBy(TimeSpan.Zero));
        using var api = nodes[0].Connect();
        var environment = (await api.CreateEnvironmentAsync("Web")).EnvironmentId;
        using var load = new HistoryLoad(nodes, (environment, "web/production"), Clients, seed);
        var dice = new Dice(seed);
        for (var round = 0; round < rounds; round++)
        {
            await RunAsync(nodes, load, dice, isKill: round % 2 == 0);
        }

        await load.StopAsync();
        for (var node = 0; node < nodes.All.Count; node++)
        {
            await load.RevealAllAsync(nodes[node], node);
        }

        output.WriteLine($"{load.Length} operations, {load.Answered} successes, "
            + string.Join(", ", nodes.All.Select((_, node) => $"node {node}: {load.Failures(node)} lost and {load.Unavailable(node)} unavailable")));
        Assert.Empty(load.Wrong);
        Assert.All(load.History(), key => Assert.Null(Checker.FindFault(key)));
        await ExpectWholeAsync(nodes, api, environment, load);
    }

    private static async Task RunAsync(NodeSet nodes, HistoryLoad load, Dice dice, bool isKill)
    {
        await ProgressAsync(load);
        var chosen = dice.Next(nodes.All.Count);
        var before = nodes.All.Select((_, node) => load.Failures(node)).ToList();
        var unavailable = nodes.All.Select((_, node) => load.Unavailable(node)).ToList();
        if (isKill)
        {
            await nodes[chosen].KillAsync();
            await ProgressAsync(load);
            Assert.All(Others(nodes, chosen), node => Assert.Equal(unavailable[node], load.Unavailable(node)));
            await nodes[chosen].StartAgainAsync();
        }
        else
        {
            nodes[chosen].Pause();
            // Also longer than a transaction may stand still, so that others get the row that it holds.
            await Until.HasPassedAsync(TimeSpan.FromMilliseconds(1_000 + dice.Next(6_000)));
            nodes[chosen].Resume();
        }

        await Until.HoldsAsync("the node is ready", nodes[chosen].IsReadyAsync);
        Assert.All(Others(nodes, chosen), node => Assert.Equal(before[node], load.Failures(node)));
    }

    private static IEnumerable<int> Others(NodeSet nodes, int chosen) =>
        Enumerable.Range(0, nodes.All.Count).Where(node => node != chosen);

    private static Task<TimeSpan> ProgressAsync(HistoryLoad load)
    {
        var before = load.Answered;
        return Until.HoldsAsync("requests are answered", () => load.Answered >= before + Some);
    }

    private static async Task ExpectWholeAsync(NodeSet nodes, Api api, string environment, HistoryLoad load)
    {
        await StoredState.ExpectWholeAsync(nodes.ConnectionString);
        var recorded = (await StoredState.ReadAsync(
            nodes.ConnectionString, "SELECT request_id FROM audit_entries WHERE outcome = 'success' AND request_id IS NOT NULL")).ToHashSet();
        Assert.All(load.AnsweredRequests, request => Assert.True(recorded.Contains(request), $"no entry of {request}"));
        foreach (var secret in await api.ListAsync($"/api/v1/environments/{environment}/secrets"))
        {
            for (var version = 1; version <= (int)secret["currentVersion"]!; version++)
            {
                Assert.Equal(200, (await api.RevealAsync((string)secret["id"]!, version)).Status);
            }
        }
    }
}
