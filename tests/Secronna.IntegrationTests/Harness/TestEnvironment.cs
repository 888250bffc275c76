using System.Text.Json;

namespace Secronna.IntegrationTests.Harness;

/// <summary>An environment with its project and workspace, and short ways to call the API about its secrets.</summary>
internal sealed record TestEnvironment(Workspace Workspace, string ProjectId, string ProjectSlug, string Id, string Slug)
{
    /// <summary>A client with the workspace's first API key.</summary>
    public ApiClient Api => Workspace.Api;

    public TestServer Server => Workspace.Server;

    /// <summary>The API's path of this environment's secrets.</summary>
    public string SecretsPath => $"/environments/{Id}/secrets";

    /// <summary>The path of a secret: <c>project/environment/KEY</c>.</summary>
    public string PathOf(string key) => $"{ProjectSlug}/{Slug}/{key}";

    /// <summary>Sends a write of one key. <paramref name="otherFields"/> is JSON that begins with a comma.</summary>
    public Task<Reply> PutAsync(string key, string value, string otherFields = "") => Api.PutAsync(
        SecretsPath, $$"""{"key":{{JsonReading.Quoted(key)}},"value":{{JsonReading.Quoted(value)}}{{otherFields}}}""");

    /// <summary>Writes a key and returns the secret's id.</summary>
    public async Task<string> WriteAsync(string key, string value = "a value") =>
        (await PutAsync(key, value)).Is(201).Data.Text("id");

    /// <summary>Writes many keys in one request and returns the written versions.</summary>
    public async Task<JsonElement> WriteAllAsync(IEnumerable<(string Key, string Value)> secrets)
    {
        var items = secrets.Select(secret =>
            $$"""{"key":{{JsonReading.Quoted(secret.Key)}},"value":{{JsonReading.Quoted(secret.Value)}}}""");
        return (await Api.PostAsync(SecretsPath + "/batch", $$"""{"secrets":[{{string.Join(',', items)}}]}""")).Is(201).Data;
    }

    public Task<Reply> RevealAsync(string secretId, int? version = null) =>
        Api.PostAsync($"/secrets/{secretId}/reveal" + (version is null ? "" : $"?version={version}"));

    public Task<Reply> RevealAllAsync(string? body = null, string? ifNoneMatch = null) => Api.SendAsync(
        "POST", $"/environments/{Id}/reveal", body, ifNoneMatch is null ? [] : [("If-None-Match", ifNoneMatch)]);

    /// <summary>Reveals a secret and returns its value.</summary>
    public async Task<string> ValueAsync(string secretId, int? version = null) =>
        (await RevealAsync(secretId, version)).Is(200).Data.Text("value");

    /// <summary>The project's KEKs, oldest first.</summary>
    public async Task<JsonElement> KeksAsync() => (await Api.GetAsync($"/projects/{ProjectId}/keys")).Is(200).Data;

    /// <summary>Begins a rotation of the project's KEK and returns the new KEK.</summary>
    public async Task<JsonElement> RotateKekAsync() => (await Api.PostAsync($"/projects/{ProjectId}/keys/rotate")).Is(202).Data;

    /// <summary>Waits until all KEKs but the active one are destroyed, and returns the oldest KEK.</summary>
    public async Task<JsonElement> WaitForDestroyedKekAsync()
    {
        await Until.HoldsAsync(
            "all old KEKs are destroyed",
            async () => (await KeksAsync()).Each("state").Order(StringComparer.Ordinal) is var states
                && states.First() == "active" && states.Skip(1).Any() && states.Skip(1).All(state => state == "destroyed"));
        return (await KeksAsync()).EnumerateArray().First();
    }
}
