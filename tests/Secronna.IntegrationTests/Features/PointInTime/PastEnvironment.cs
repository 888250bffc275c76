using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>A caller that reads an environment's past and restores it. <c>Sees</c> tells which keys are granted to it.</summary>
internal sealed record PastCaller(ApiClient Api, string Id, Func<string, bool> Sees);

/// <summary>An environment and the model of its expected state.</summary>
internal sealed class PastEnvironment(TestEnvironment environment, PastModel model)
{
    public PastModel Model => model;

    public string Id => environment.Id;

    public Workspace Workspace => environment.Workspace;

    public string Path => $"/environments/{Id}";

    public string SecretsPath => environment.SecretsPath;

    /// <summary>The stored instant of the last change, in microseconds.</summary>
    public long StoredInstant => environment.Server.Count("SELECT changed_at FROM environments WHERE id = @id", ("@id", Id));

    public static async Task<PastEnvironment> CreateAsync(Workspace workspace, string projectId, string projectSlug, string name)
    {
        var id = (await workspace.NewEnvironmentAsync(projectId, name)).Text("id");
        var environment = new TestEnvironment(workspace, projectId, projectSlug, id, name);
        return new PastEnvironment(environment, new PastModel(environment.Server.Count(
            "SELECT changed_at FROM environments WHERE id = @id", ("@id", id))));
    }

    public Task<Reply> ListAsync(ApiClient api, long at) => api.GetAsync($"{SecretsPath}?limit=500&at={Text(at)}");

    public Task<Reply> RevealAsync(ApiClient api, long at) =>
        api.PostAsync(Path + "/reveal", $$"""{"at":"{{Text(at)}}"}""");

    public Task<Reply> RestoreAsync(ApiClient api, long at, bool prune, bool dryRun, string? comment = null) => api.PostAsync(
        Path + "/restore",
        $$"""{"at":"{{Text(at)}}","prune":{{JsonSerializer.Serialize(prune)}},"dryRun":{{JsonSerializer.Serialize(dryRun)}},"comment":{{JsonSerializer.Serialize(comment)}}}""");

    public static string Text(long instant) => new Instant(instant).ToString();

    public static long InstantOf(JsonElement element, string name) => Instant.From(element.Time(name)).Microseconds;
}
