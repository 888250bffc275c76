using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// Of concurrent equal requests with one <c>Idempotency-Key</c> on several nodes, one is done and all get its answer.
/// </summary>
[Collection(SharedPostgresTests.Name)]
public sealed class IdempotencyRaceTests(SharedPostgres postgres)
{
    private const int Races = 10;
    private const int RequestsPerNode = 2;

    [Fact]
    public async Task Concurrent_equal_writes_on_all_nodes_mint_one_version_and_get_the_same_answer()
    {
        var (nodes, environment) = await BeginAsync("Race of writes");
        for (var race = 1; race <= Races; race++)
        {
            using var apis = await NewCredentialAsync(nodes);
            var key = ("Idempotency-Key", $"race-{race}");
            var path = $"/api/v1/environments/{environment}/secrets";
            var body = new JsonObject { ["key"] = "KEY", ["value"] = $"value {race}" }.ToJsonString();
            var answers = await apis.AllAsync(api => api.SendAsync(HttpMethod.Put, path, body, header: key), RequestsPerNode);
            Assert.All(answers, answer => Assert.Equal((201, race), (answer.Status, (int)answer.Data["version"]!)));
            Assert.Single(answers.Select(answer => answer.Data.ToJsonString()).Distinct());

            var other = await apis.AllAsync(api => api.SendAsync(HttpMethod.Put, path, """{"key":"KEY","value":"other"}""", header: key), RequestsPerNode);
            Assert.All(other, answer => Assert.Equal((409, "CONFLICT"), (answer.Status, answer.ErrorCode)));
        }
    }

    [Fact]
    public async Task Concurrent_equal_batches_on_all_nodes_mint_each_version_once_and_get_the_same_answer()
    {
        var (nodes, environment) = await BeginAsync("Race of batches");
        using var apis = new ApiSet(nodes);
        for (var race = 1; race <= Races; race++)
        {
            var key = ("Idempotency-Key", $"batch-{race}");
            var secrets = new JsonArray("A", "B", "C");
            var body = new JsonObject
            {
                ["secrets"] = new JsonArray([.. secrets.Select(name => new JsonObject { ["key"] = (string)name!, ["value"] = $"value {race}" })]),
            }.ToJsonString();
            var answers = await apis.AllAsync(api =>
                api.SendAsync(HttpMethod.Post, $"/api/v1/environments/{environment}/secrets/batch", body, header: key), RequestsPerNode);
            Assert.All(answers, answer => Assert.Equal(201, answer.Status));
            Assert.All(answers.SelectMany(answer => answer.Data.AsArray()), written => Assert.Equal(race, (int)written!["version"]!));
            Assert.Single(answers.Select(answer => answer.Data.ToJsonString()).Distinct());
        }
    }

    [Fact]
    public async Task Of_concurrent_different_writes_with_one_idempotency_key_one_succeeds_and_the_others_conflict()
    {
        var (nodes, environment) = await BeginAsync("Race of different writes");
        for (var race = 1; race <= Races; race++)
        {
            using var apis = await NewCredentialAsync(nodes);
            var key = ("Idempotency-Key", $"different-{race}");
            var writer = 0;
            var answers = await apis.AllAsync(api => api.SendAsync(
                HttpMethod.Put, $"/api/v1/environments/{environment}/secrets",
                new JsonObject { ["key"] = "KEY", ["value"] = $"value of {++writer}" }.ToJsonString(), header: key), RequestsPerNode);
            var done = Assert.Single(answers, answer => answer.Status == 201);
            Assert.Equal(race, (int)done.Data["version"]!);
            Assert.All(answers.Where(answer => answer != done), answer => Assert.Equal((409, "CONFLICT"), (answer.Status, answer.ErrorCode)));
        }
    }

    // A credential may use a key again with another body only a few times a minute.
    private static async Task<ApiSet> NewCredentialAsync(NodeSet nodes)
    {
        using var api = nodes[0].Connect();
        return new ApiSet(nodes, (string)(await api.PostAsync("/api/v1/api-keys", new JsonObject { ["name"] = "race" })).Data["token"]!);
    }

    private async Task<(NodeSet Nodes, string Environment)> BeginAsync(string project)
    {
        var nodes = await postgres.NodesAsync();
        using var api = nodes[0].Connect();
        return (nodes, (await api.CreateEnvironmentAsync(project)).EnvironmentId);
    }
}
