using System.Text.Json;

namespace Secronna.IntegrationTests.Harness;

/// <summary>A workspace that belongs to one test, with its first API key.</summary>
internal sealed class Workspace(TestServer server, string id, string apiKeyId, string token)
{
    public TestServer Server => server;

    public string Id => id;

    public string ApiKeyId => apiKeyId;

    public string Token => token;

    public ApiClient Api { get; } = new(server, token);

    public async Task<JsonElement> NewProjectAsync(string name) =>
        (await Api.PostAsync("/projects", $$"""{"name":{{JsonReading.Quoted(name)}}}""")).Is(201).Data;

    public async Task<JsonElement> NewEnvironmentAsync(string projectId, string name) =>
        (await Api.PostAsync($"/projects/{projectId}/environments", $$"""{"name":{{JsonReading.Quoted(name)}}}""")).Is(201).Data;

    public async Task<JsonElement> NewAccessKeyAsync(string name = "key", int? days = null) => (await Api.PostAsync(
        "/access-keys", days is null ? $$"""{"name":"{{name}}"}""" : $$"""{"name":"{{name}}","expiresInDays":{{days}}}""")).Is(201).Data;

    public async Task<TestEnvironment> NewTestEnvironmentAsync(string project = "Web", string environment = "Production")
    {
        var projectData = await NewProjectAsync(project);
        var environmentData = await NewEnvironmentAsync(projectData.Text("id"), environment);
        return new TestEnvironment(
            this, projectData.Text("id"), projectData.Text("slug"), environmentData.Text("id"), environmentData.Text("slug"));
    }

    /// <summary>The sequence numbers of the audit entries of the request that was answered, in ascending order.</summary>
    public async Task<List<long>> EntriesOfAsync(Reply reply) =>
    [
        .. (await AuditAsync()).Where(entry => entry.Text("requestId") == reply.RequestId)
            .Select(entry => entry.GetProperty("sequence").GetInt64()).Order(),
    ];

    /// <summary>Reads the newest 1,000 audit entries, newest first, with a filter such as <c>action=secret.reveal</c>.</summary>
    public async Task<List<JsonElement>> AuditAsync(string filter = "")
    {
        var reply = await Api.GetAsync("/audit?limit=1000" + (filter.Length == 0 ? "" : "&" + filter));
        return [.. reply.Is(200).Data.EnumerateArray()];
    }
}
