using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>
/// An attack of 1,000 mixed probes from three addresses. An investigator, who has only the trail, tells who tried what, from
/// where, and how often (S19).
/// </summary>
[FlawClass("audit omission")]
public sealed class InvestigationTests(ITestOutputHelper output)
{
    private const int Probes = 1_000;

    private readonly FakeTimeProvider time = TestClock.New();
    private readonly Dictionary<Finding, int> attempts = [];

    [Theory]
    [InlineData(600)]
    [InlineData(150)]
    public async Task An_attack_of_1000_mixed_probes_from_three_addresses_can_be_told_from_the_trail(int limit)
    {
        await using var server = await TestServer.StartAsync(
            settings =>
            {
                settings.Limits.RefusalsPerMinute = limit;
                settings.Http.TrustedProxies.Add(System.Net.IPNetwork.Parse("127.0.0.0/8"));
            },
            time);
        var attack = await PrepareAsync(server);
        var dice = new Dice(20_261_130);
        for (var i = 0; i < Probes; i++)
        {
            await ProbeAsync(attack, dice);
        }

        // Refusals that still wait to be counted are written when the server stops.
        await server.RestartAsync();

        var trail = (await ReadTrailAsync(attack.Environment.Workspace)).Where(entry => entry.Text("outcome") == "denied").ToList();
        var found = trail.GroupBy(Finding.Of).ToDictionary(group => group.Key, group => group.Sum(Count));
        Assert.Equal(Lines(attempts), Lines(found));
        Assert.Equal(Probes, found.Values.Sum());
        output.WriteLine($"{Probes} probes, {attempts.Count} findings, {trail.Count} entries");
        foreach (var line in Lines(found).Take(20))
        {
            output.WriteLine(line);
        }
    }

    private static async Task<Attack> PrepareAsync(TestServer server)
    {
        var environment = await server.NewTestEnvironmentAsync();
        var written = await environment.WriteAllAsync(Enumerable.Range(0, 40).Select(i => ($"SECRET_{i}", "v")));
        var thief = await environment.Workspace.NewGrantedKeyAsync("web/production/DB_*: reveal");
        var lister = await environment.Workspace.NewGrantedKeyAsync("web: list");
        return new Attack(
            environment,
            [.. written.EnumerateArray().Select(secret => (secret.Text("id"), secret.Text("key")))],
            [(thief.Text("id"), server.With(thief.Text("token"))), (lister.Text("id"), server.With(lister.Text("token")))]);
    }

    // Sends one probe, and notes what an investigator must be able to tell of it.
    private async Task ProbeAsync(Attack attack, Dice dice)
    {
        var ((actor, client), (id, key)) = (dice.Of(attack.Callers), dice.Of(attack.Secrets));
        var address = $"203.0.113.{1 + dice.Next(3)}";
        var environment = attack.Environment;
        var (method, path, body, action, target) = dice.Next(9) switch
        {
            0 => ("POST", $"/secrets/{id}/reveal", null, "secret.reveal", id),
            1 => ("POST", "/reveal", $$"""{"path":"web/production/{{key}}"}""", "secret.reveal", id),
            2 => ("DELETE", $"/secrets/{id}", null, "secret.delete", id),
            3 => ("POST", $"/secrets/{id}/rollback", """{"version":1}""", "secret.rollback", id),
            4 => ("PUT", environment.SecretsPath, $$"""{"key":"{{key}}","value":"v"}""", "secret.write", id),
            5 => ("POST", $"/secrets/sec_{dice.Next(1_000):00000000000000000000000000}/reveal", null, "secret.reveal", ""),
            6 => ("DELETE", $"/environments/{environment.Id}?force=true", null, "environment.delete", environment.Id),
            7 => ("PATCH", $"/projects/{environment.ProjectId}", """{"name":"x"}""", "project.update", environment.ProjectId),
            _ => ("POST", $"/projects/{environment.ProjectId}/keys/rotate", (string?)null, "kek.rotate", environment.ProjectId),
        };
        var reply = await client.SendAsync(method, path, body, ("X-Forwarded-For", address));
        Assert.Contains(reply.Status, (int[])[403, 404, 429]);
        var finding = new Finding(actor, address, action, target);
        attempts[finding] = attempts.GetValueOrDefault(finding) + 1;
    }

    private static async Task<List<JsonElement>> ReadTrailAsync(Workspace workspace)
    {
        var entries = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null;)
        {
            var reply = (await workspace.Api.GetAsync("/audit?limit=500" + (cursor.Length == 0 ? "" : "&cursor=" + cursor))).Is(200);
            entries.AddRange(reply.Data.EnumerateArray());
            cursor = reply.Meta.GetProperty("cursor").GetString();
        }

        return entries;
    }

    private static int Count(JsonElement entry) =>
        entry.GetProperty("metadata") is var metadata && metadata.Has("count") ? metadata.Number("count") : 1;

    private static List<string> Lines(Dictionary<Finding, int> findings) =>
        [.. findings.Select(pair => $"{pair.Key.Actor} from {pair.Key.Address}: {pair.Key.Action} at '{pair.Key.Target}', {pair.Value} times").Order(StringComparer.Ordinal)];

    private sealed record Attack(
        TestEnvironment Environment, IReadOnlyList<(string Id, string Key)> Secrets, IReadOnlyList<(string Id, ApiClient Client)> Callers);

    /// <summary>Who tried what at which target, from where.</summary>
    private sealed record Finding(string Actor, string Address, string Action, string Target)
    {
        public static Finding Of(JsonElement entry)
        {
            var metadata = entry.GetProperty("metadata");
            var target = new[] { "secretId", "environmentId", "projectId" }.FirstOrDefault(name => metadata.Has(name));
            return new Finding(
                entry.Text("actorId"), entry.Text("ip"), entry.Text("action"), target is null ? "" : metadata.Text(target));
        }
    }
}
