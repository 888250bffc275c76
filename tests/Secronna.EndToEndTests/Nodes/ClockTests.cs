using System.Globalization;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Faults;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// With nodes whose clocks are up to two minutes apart, order and instants follow the database's clock, and S22 holds.
/// </summary>
[Collection(SharedPostgresTests.Name)]
[RunsAlone]
public sealed class ClockTests(SharedPostgres postgres)
{
    private static readonly TimeSpan[] Offsets = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(-1), TimeSpan.Zero];
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Instants_of_versions_rise_in_the_order_of_their_commits_whichever_node_wrote()
    {
        const int Writes = 60;
        using var clock = await WrongClock.CreateAsync();
        await using var nodes = await StartAsync(clock);
        using var apis = new ApiSet(nodes);
        var environment = (await apis[0].CreateEnvironmentAsync("Clocks")).EnvironmentId;
        await ExpectClocksAsync(apis);
        var id = "";
        for (var version = 1; version <= Writes; version++)
        {
            var written = await apis[version % Offsets.Length].WriteAsync(environment, "KEY", $"value {version}");
            Assert.Equal((201, version), (written.Status, (int)written.Data["version"]!));
            id = (string)written.Data["id"]!;
        }

        var instants = (await apis[1].ListAsync($"/api/v1/secrets/{id}/versions")).Select(version => Time(version["createdAt"]!)).ToList();
        Assert.Equal(Writes, instants.Count);
        Assert.All(instants.Zip(instants.Skip(1)), pair => Assert.True(pair.First > pair.Second, "the instants do not rise"));
        Assert.InRange(instants[0], Now - Slack, Now + Slack);
        Assert.Equal(instants[0], Time((await apis[0].GetAsync($"/api/v1/secrets/{id}")).Data["updatedAt"]!));
        await StorageInvariants.ExpectHoldAsync(nodes.ConnectionString);
    }

    [Fact]
    public async Task Lists_have_the_entries_of_all_nodes_in_order_and_a_revoked_key_is_refused_within_a_second()
    {
        using var clock = await WrongClock.CreateAsync();
        await using var nodes = await StartAsync(clock);
        using var apis = new ApiSet(nodes);
        var (project, first) = await apis[0].CreateEnvironmentAsync("Clocks");
        var created = new List<string> { first };
        for (var i = 1; i <= 8; i++)
        {
            var environment = await apis[i % Offsets.Length].PostAsync(
                $"/api/v1/projects/{project}/environments", new JsonObject { ["name"] = $"environment {i}" });
            created.Add((string)environment.Data["id"]!);
        }

        var listed = (await apis[1].ListAsync($"/api/v1/projects/{project}/environments?limit=2")).Select(each => (string)each["id"]!);
        Assert.Equal(created.Order(StringComparer.Ordinal), listed);

        // The key is created on the node whose clock is ahead and used at once on those whose clocks are behind.
        var accessKey = await apis[0].PostAsync("/api/v1/access-keys", new JsonObject { ["name"] = "short-lived", ["expiresInDays"] = 1 });
        using var requests = new RepeatedRequestOnNodes(nodes, (string)accessKey.Data["token"]!);
        await requests.ExpectAcceptedAsync();
        Assert.Equal(200, (await apis[1].PostAsync($"/api/v1/access-keys/{accessKey.Data["id"]}/revoke")).Status);
        await requests.ExpectRefusedWithinASecondAsync(401);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static DateTimeOffset Time(JsonNode text) => DateTimeOffset.Parse((string)text!, CultureInfo.InvariantCulture);

    private async Task<NodeSet> StartAsync(WrongClock clock) =>
        await NodeSet.StartAsync(await postgres.Cluster.NewDatabaseAsync(), [.. Offsets.Select(clock.OffBy)]);

    // Expects that the nodes' clocks are really wrong; otherwise the test would prove nothing.
    private static async Task ExpectClocksAsync(ApiSet apis)
    {
        for (var node = 0; node < Offsets.Length; node++)
        {
            var answer = await apis[node].GetAsync("/api/v1/me");
            Assert.InRange(Time(answer.Envelope["meta"]!["timestamp"]!) - Now, Offsets[node] - Slack, Offsets[node] + Slack);
        }
    }
}
