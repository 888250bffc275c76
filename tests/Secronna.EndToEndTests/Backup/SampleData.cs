using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Backup;

/// <summary>A version that was written, its value, and a token that can reveal it.</summary>
internal sealed record SampleVersion(string Token, string SecretId, int Version, string Value);

/// <summary>
/// Fills an installation with data of every kind: workspaces, one of them denied, projects, environments, many versions, deleted
/// secrets, a rollback, a revoked credential and a refusal. Records the value that each version must have.
/// </summary>
internal sealed class SampleData
{
    private const int Keys = 30;
    private const int Rounds = 4;

    public List<SampleVersion> Versions { get; } = [];

    public List<string> DeletedSecrets { get; } = [];

    /// <summary>Fills an installation through a server, which is started and stopped for it.</summary>
    public static async Task<SampleData> FillAsync(TestInstallation installation)
    {
        var sample = new SampleData();
        await using var server = await installation.ServeAsync();
        await sample.FillAsync(server, installation.Token);
        await installation.DoAsync("workspace", "allow", "acc_other", "--name", "Ökonomie \U0001F511");
        var other = await installation.CreateApiKeyAsync("acc_other");
        await sample.FillAsync(server, other);
        await installation.DoAsync("workspace", "allow", "acc_denied");
        await installation.DoAsync("workspace", "deny", "acc_denied");
        Assert.Equal(0, await server.StopAsync());
        return sample;
    }

    /// <summary>Expects that a server reveals every version with its value and none of the deleted secrets.</summary>
    public async Task CheckAsync(string url)
    {
        foreach (var versionsOfToken in Versions.GroupBy(version => version.Token))
        {
            using var api = new Api(url, versionsOfToken.Key);
            foreach (var version in versionsOfToken)
            {
                var answer = await api.RevealAsync(version.SecretId, version.Version);
                Assert.Equal((200, version.Value), (answer.Status, (string?)answer.Envelope["data"]?["value"]));
            }

            foreach (var id in DeletedSecrets)
            {
                Assert.Equal(404, (await api.RevealAsync(id, 1)).Status);
            }
        }
    }

    private async Task FillAsync(RunningServer server, string token)
    {
        using var api = new Api(server.Url, token);
        var (projectId, environmentId) = await api.CreateEnvironmentAsync("Sample");
        for (var round = 1; round <= Rounds; round++)
        {
            await WriteBatchAsync(api, token, environmentId, round);
        }

        var empty = await api.WriteAsync(environmentId, "EMPTY", "");
        Versions.Add(new SampleVersion(token, (string)empty.Data["id"]!, 1, ""));
        var large = new string('\u4e2d', 21_000);
        var written = await api.WriteAsync(environmentId, "LARGE", large);
        Versions.Add(new SampleVersion(token, (string)written.Data["id"]!, 1, large));
        await DeleteSomeAsync(api, environmentId);
        await RollBackAsync(api, Versions.First(version => version.Token == token));
        var (_, second) = await api.CreateEnvironmentAsync("Another");
        await WriteBatchAsync(api, token, second, 1);
        await RevokeOneAsync(api);
        Assert.Equal(404, (await api.RevealAsync("sec_00000000000000000000000000", 1)).Status);
        Assert.Equal(201, (await api.PostAsync(
            $"/api/v1/projects/{projectId}/environments", new JsonObject { ["name"] = "Empty" })).Status);
    }

    private async Task WriteBatchAsync(Api api, string token, string environmentId, int round)
    {
        var values = Enumerable.Range(0, Keys).ToDictionary(i => $"KEY_{i}", i => $"value {i} of round {round} \u00e9 \"\\ {token[^4..]}");
        var secrets = new JsonArray([.. values.Select(pair => new JsonObject { ["key"] = pair.Key, ["value"] = pair.Value })]);
        var answer = await api.PostAsync(
            $"/api/v1/environments/{environmentId}/secrets/batch", new JsonObject { ["secrets"] = secrets, ["comment"] = $"round {round}" });
        Assert.Equal(201, answer.Status);
        Versions.AddRange(answer.Data.AsArray().Select(each => new SampleVersion(
            token, (string)each!["id"]!, (int)each["version"]!, values[(string)each["key"]!])));
    }

    private async Task RollBackAsync(Api api, SampleVersion to)
    {
        var answer = await api.PostAsync($"/api/v1/secrets/{to.SecretId}/rollback", new JsonObject { ["version"] = to.Version });
        Assert.Equal(201, answer.Status);
        Versions.Add(to with { Version = (int)answer.Data["version"]! });
    }

    private async Task DeleteSomeAsync(Api api, string environmentId)
    {
        var secrets = await api.ListAsync($"/api/v1/environments/{environmentId}/secrets");
        foreach (var secret in secrets.Where(secret => ((string)secret["key"]!).EndsWith('7')))
        {
            var id = (string)secret["id"]!;
            Assert.Equal(200, (await api.DeleteAsync($"/api/v1/secrets/{id}")).Status);
            DeletedSecrets.Add(id);
            Versions.RemoveAll(version => version.SecretId == id);
        }
    }

    private static async Task RevokeOneAsync(Api api)
    {
        var created = await api.PostAsync("/api/v1/access-keys", new JsonObject { ["name"] = "short", ["expiresInDays"] = 3 });
        Assert.Equal(201, created.Status);
        Assert.Equal(200, (await api.PostAsync($"/api/v1/access-keys/{created.Data["id"]}/revoke")).Status);
    }
}
