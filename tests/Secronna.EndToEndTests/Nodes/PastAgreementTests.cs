using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Faults;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// With nodes whose clocks are up to two minutes apart, an instant names one state, whichever node is asked and whenever (S14).
/// </summary>
[Collection(SharedPostgresTests.Name)]
public sealed class PastAgreementTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private const string SeedVariable = "SECRONNA_NODES_SEED";
    private const int WritersPerNode = 2;
    private const int ObservationsPerNode = 15;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task The_state_as_of_an_instant_that_one_node_gave_during_writes_is_the_same_on_other_nodes_later()
    {
        var seed = Rounds.Seed(SeedVariable);
        output.WriteLine($"{SeedVariable}={seed}");
        using var clock = await WrongClock.CreateAsync();
        await using var nodes = await NodeSet.StartAsync(
            await postgres.Cluster.NewDatabaseAsync(), clock.OffBy(Minute), clock.OffBy(-Minute), clock.OffBy(TimeSpan.Zero));
        using var apis = new ApiSet(nodes);
        var environment = (await apis[0].CreateEnvironmentAsync("Past")).EnvironmentId;
        var observations = new ConcurrentBag<Observation>();
        using var writers = new EnvironmentWriters(nodes, environment, WritersPerNode, seed);
        await Task.WhenAll(nodes.All.Select((_, node) => Task.Run(async () =>
        {
            var dice = new Dice(seed - node - 1);
            for (var i = 0; i < ObservationsPerNode; i++)
            {
                observations.Add(await ObserveAsync(apis, environment, writers, node, dice));
            }
        })));
        await writers.StopAsync();

        var changes = await apis[2].ListAsync($"/api/v1/environments/{environment}/history?limit=500");
        output.WriteLine($"{writers.Count} changes were acknowledged, {changes.Count} are in the history");
        Assert.All(observations, observation => CheckAgainst(changes, writers, observation));
        foreach (var observation in observations)
        {
            await ExpectTheSameAgainAsync(apis[(observation.Node + 1) % nodes.All.Count], environment, observation);
        }

        await StorageInvariants.ExpectHoldAsync(nodes.ConnectionString);
    }

    /// <summary>The state as of an instant that a node gave, and a version that was certainly written before that instant.</summary>
    private sealed record Observation(int Node, string At, (string Id, int Version)? Before, JsonArray Listed, JsonArray Secrets, JsonArray Unrecoverable);

    private static async Task<Observation> ObserveAsync(ApiSet apis, string environment, EnvironmentWriters writers, int node, Dice dice)
    {
        var (at, before) = ("", ((string, int)?)null);
        if (dice.Next(2) == 0)
        {
            // Writes on another node, whose clock differs. The answer comes only when the database's clock has passed the write's instant.
            before = await writers.WriteAsync(apis[(node + 2) % 3], "KEY_" + dice.Next(10));
            at = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        }
        else
        {
            await Until.HoldsAsync("something is written", () => writers.Count > 0);
            at = (string)(await apis[(node + 1) % 3].GetAsync($"/api/v1/environments/{environment}/history?limit=1")).Data[0]!["at"]!;
        }

        var listed = await apis[node].ListAsync(ListPath(environment, at));
        var revealed = await RevealAsync(apis[node], environment, at);
        return new Observation(
            node, at, before, [.. listed.Select(secret => secret.DeepClone())], revealed["secrets"]!.AsArray(), revealed["unrecoverable"]!.AsArray());
    }

    private static void CheckAgainst(List<JsonNode> newestFirst, EnvironmentWriters writers, Observation observation)
    {
        var until = Time(observation.At);
        var then = newestFirst.Where(change => Time((string)change["at"]!) <= until)
            .DistinctBy(change => (string)change["secretId"]!).Where(change => change["version"] is not null)
            .OrderBy(change => (string)change["key"]!, StringComparer.Ordinal)
            .Select(change => (Key: (string)change["key"]!, Id: (string)change["secretId"]!, Version: (int)change["version"]!)).ToList();
        Assert.Equal(then, observation.Listed.Select(secret => ((string)secret!["key"]!, (string)secret["id"]!, (int)secret["currentVersion"]!)));
        var lost = observation.Unrecoverable.Select(key => (string)key!).ToHashSet();
        Assert.Equal(
            then.Where(secret => !lost.Contains(secret.Key)).Select(secret => (secret.Id, secret.Version, writers.ValueOf(secret.Id, secret.Version))),
            observation.Secrets.Select(secret => ((string)secret!["id"]!, (int)secret["version"]!, (string)secret["value"]!)));
        // A value is unrecoverable only if its secret was deleted.
        var deleted = newestFirst.Where(change => change["version"] is null).Select(change => (string)change["secretId"]!).ToHashSet();
        Assert.Subset(then.Where(secret => deleted.Contains(secret.Id)).Select(secret => secret.Key).ToHashSet(), lost);
        if (observation.Before is { } before)
        {
            var written = newestFirst.Single(change => (string)change["secretId"]! == before.Id && (int?)change["version"] == before.Version);
            Assert.True(Time((string)written["at"]!) <= until, "a write was acknowledged before the clock had passed its instant");
        }
    }

    // Expects the same state, except for the values of secrets that were deleted since.
    private static async Task ExpectTheSameAgainAsync(Api other, string environment, Observation observation)
    {
        var listed = await other.ListAsync(ListPath(environment, observation.At));
        Assert.Equal(observation.Listed.Select(secret => secret!.ToJsonString()), listed.Select(secret => secret.ToJsonString()));
        var revealed = await RevealAsync(other, environment, observation.At);
        var lost = revealed["unrecoverable"]!.AsArray().Select(key => (string)key!).ToHashSet();
        Assert.Superset(observation.Unrecoverable.Select(key => (string)key!).ToHashSet(), lost);
        Assert.Equal(
            observation.Secrets.Where(secret => !lost.Contains((string)secret!["key"]!)).Select(secret => secret!.ToJsonString()),
            revealed["secrets"]!.AsArray().Select(secret => secret!.ToJsonString()));
    }

    private static string ListPath(string environment, string at) => $"/api/v1/environments/{environment}/secrets?at={at}";

    private static async Task<JsonNode> RevealAsync(Api api, string environment, string at)
    {
        var answer = await api.PostAsync($"/api/v1/environments/{environment}/reveal", new JsonObject { ["at"] = at });
        Assert.Equal(200, answer.Status);
        return answer.Data;
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
