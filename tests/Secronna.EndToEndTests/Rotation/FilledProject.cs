using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>A project with as many versions as make its rotation last a while, and what each must be revealed as.</summary>
internal sealed class FilledProject
{
    private const int BatchSize = 500;

    private readonly Dictionary<string, string> ids = [];
    private int rounds;

    private FilledProject(string projectId, string environmentId) => (ProjectId, EnvironmentId) = (projectId, environmentId);

    public string ProjectId { get; }

    public string EnvironmentId { get; }

    public int Versions => ids.Count * rounds;

    /// <summary>A new project with so many versions of each of so many keys.</summary>
    public static async Task<FilledProject> FillAsync(Api api, string project, int rounds, int keys = BatchSize)
    {
        var (projectId, environmentId) = await api.CreateEnvironmentAsync(project, "Bulk");
        var filled = new FilledProject(projectId, environmentId);
        while (filled.rounds < rounds)
        {
            await filled.WriteAsync(api, keys);
        }

        return filled;
    }

    /// <summary>An environment more in the project.</summary>
    public async Task<string> AddEnvironmentAsync(Api api)
    {
        var made = await api.PostAsync($"/api/v1/projects/{ProjectId}/environments", new JsonObject { ["name"] = "Live" });
        return (string)made.Data["id"]!;
    }

    public async Task RotateAsync(Api api) =>
        Assert.Equal(202, (await api.PostAsync($"/api/v1/projects/{ProjectId}/keys/rotate")).Status);

    /// <summary>What the reveal of one version answers.</summary>
    public Task<Answer> RevealAsync(Api api) => api.RevealAsync(ids.Values.First(), 1);

    /// <summary>All current versions have their values.</summary>
    public async Task CheckCurrentAsync(Api api)
    {
        var answer = await api.PostAsync($"/api/v1/environments/{EnvironmentId}/reveal");
        Assert.Equal(200, answer.Status);
        var secrets = answer.Data["secrets"]!.AsArray();
        Assert.Equal(ids.Count, secrets.Count);
        Assert.All(secrets, secret => Assert.Equal(Value((string)secret!["key"]!, rounds), (string)secret["value"]!));
    }

    /// <summary>All versions have their values.</summary>
    public Task CheckAllAsync(Api api) => Parallel.ForEachAsync(
        ids.SelectMany(id => Enumerable.Range(1, rounds).Select(version => (id.Key, Id: id.Value, Version: version))),
        new ParallelOptions { MaxDegreeOfParallelism = 16 },
        async (each, _) =>
        {
            var answer = await api.RevealAsync(each.Id, each.Version);
            Assert.True(answer.Status == 200, $"{each.Key} version {each.Version} does not open: {answer.ErrorCode}");
            Assert.Equal(Value(each.Key, each.Version), (string)answer.Data["value"]!);
        });

    private async Task WriteAsync(Api api, int keys)
    {
        rounds++;
        foreach (var batch in Enumerable.Range(0, keys).Select(i => $"KEY_{i}").Chunk(BatchSize))
        {
            var secrets = batch.Select(key => new JsonObject { ["key"] = key, ["value"] = Value(key, rounds) });
            var answer = await api.PostAsync(
                $"/api/v1/environments/{EnvironmentId}/secrets/batch", new JsonObject { ["secrets"] = new JsonArray([.. secrets]) });
            Assert.Equal(201, answer.Status);
            foreach (var written in answer.Data.AsArray())
            {
                ids[(string)written!["key"]!] = (string)written["id"]!;
            }
        }
    }

    private string Value(string key, int version) => $"version {version} of {key} in {EnvironmentId}";
}
