using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>A project with so many versions that rotating its KEK takes a while, and the value that each version must have.</summary>
internal sealed class FilledProject
{
    private const int BatchSize = 500;

    private readonly Dictionary<string, string> ids = [];
    private int versionsOfEachKey;

    private FilledProject(string projectId, string environmentId) => (ProjectId, EnvironmentId) = (projectId, environmentId);

    public string ProjectId { get; }

    public string EnvironmentId { get; }

    /// <summary>The number of versions in the project.</summary>
    public int Versions => ids.Count * versionsOfEachKey;

    /// <summary>Creates a project with <paramref name="rounds"/> versions of each of <paramref name="keys"/> keys.</summary>
    public static async Task<FilledProject> FillAsync(Api api, string project, int rounds, int keys = BatchSize)
    {
        var (projectId, environmentId) = await api.CreateEnvironmentAsync(project, "Bulk");
        var filled = new FilledProject(projectId, environmentId);
        while (filled.versionsOfEachKey < rounds)
        {
            await filled.WriteAsync(api, keys);
        }

        return filled;
    }

    /// <summary>Adds another environment to the project and returns its id.</summary>
    public async Task<string> AddEnvironmentAsync(Api api)
    {
        var created = await api.PostAsync($"/api/v1/projects/{ProjectId}/environments", new JsonObject { ["name"] = "Live" });
        return (string)created.Data["id"]!;
    }

    public async Task RotateAsync(Api api) =>
        Assert.Equal(202, (await api.PostAsync($"/api/v1/projects/{ProjectId}/keys/rotate")).Status);

    /// <summary>Reveals one version of the project, whatever the answer.</summary>
    public Task<Answer> RevealAsync(Api api) => api.RevealAsync(ids.Values.First(), 1);

    /// <summary>Expects that every current version has its value.</summary>
    public async Task CheckCurrentAsync(Api api)
    {
        var answer = await api.PostAsync($"/api/v1/environments/{EnvironmentId}/reveal");
        Assert.Equal(200, answer.Status);
        var secrets = answer.Data["secrets"]!.AsArray();
        Assert.Equal(ids.Count, secrets.Count);
        Assert.All(secrets, secret => Assert.Equal(Value((string)secret!["key"]!, versionsOfEachKey), (string)secret["value"]!));
    }

    /// <summary>Expects that every version has its value.</summary>
    public Task CheckAllAsync(Api api) => Parallel.ForEachAsync(
        ids.SelectMany(id => Enumerable.Range(1, versionsOfEachKey).Select(version => (id.Key, Id: id.Value, Version: version))),
        new ParallelOptions { MaxDegreeOfParallelism = 16 },
        async (each, _) =>
        {
            var answer = await api.RevealAsync(each.Id, each.Version);
            Assert.True(answer.Status == 200, $"{each.Key} version {each.Version} does not open: {answer.ErrorCode}");
            Assert.Equal(Value(each.Key, each.Version), (string)answer.Data["value"]!);
        });

    private async Task WriteAsync(Api api, int keys)
    {
        versionsOfEachKey++;
        foreach (var batch in Enumerable.Range(0, keys).Select(i => $"KEY_{i}").Chunk(BatchSize))
        {
            var secrets = batch.Select(key => new JsonObject { ["key"] = key, ["value"] = Value(key, versionsOfEachKey) });
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
