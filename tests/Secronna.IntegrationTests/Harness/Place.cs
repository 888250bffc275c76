using System.Text.Json;

namespace Secronna.IntegrationTests.Harness;

/// <summary>An environment of a project of a workspace, to write secrets into.</summary>
internal sealed record Place(
    Workspace Workspace, string ProjectId, string ProjectSlug, string EnvironmentId, string EnvironmentSlug)
{
    public ApiClient Api => Workspace.Api;

    public TestServer Server => Workspace.Server;

    public string Secrets => $"/environments/{EnvironmentId}/secrets";

    public string Path(string key) => $"{ProjectSlug}/{EnvironmentSlug}/{key}";

    public Task<Reply> PutAsync(string key, string value, string more = "") => Api.PutAsync(
        Secrets, $$"""{"key":{{JsonReading.Quoted(key)}},"value":{{JsonReading.Quoted(value)}}{{more}}}""");

    /// <summary>Writes; the secret's id.</summary>
    public async Task<string> WriteAsync(string key, string value = "a value") =>
        (await PutAsync(key, value)).Is(201).Data.Text("id");

    /// <summary>Writes many keys in one request.</summary>
    public async Task<JsonElement> WriteAllAsync(IEnumerable<(string Key, string Value)> secrets)
    {
        var items = secrets.Select(secret =>
            $$"""{"key":{{JsonReading.Quoted(secret.Key)}},"value":{{JsonReading.Quoted(secret.Value)}}}""");
        return (await Api.PostAsync(Secrets + "/batch", $$"""{"secrets":[{{string.Join(',', items)}}]}""")).Is(201).Data;
    }

    public Task<Reply> RevealAsync(string secretId, int? version = null) =>
        Api.PostAsync($"/secrets/{secretId}/reveal" + (version is null ? "" : $"?version={version}"));

    public Task<Reply> RevealAllAsync(string? body = null, string? ifNoneMatch = null) => Api.SendAsync(
        "POST", $"/environments/{EnvironmentId}/reveal", body, ifNoneMatch is null ? [] : [("If-None-Match", ifNoneMatch)]);

    public async Task<string> ValueAsync(string secretId, int? version = null) =>
        (await RevealAsync(secretId, version)).Is(200).Data.Text("value");

    public async Task<JsonElement> KeksAsync() => (await Api.GetAsync($"/projects/{ProjectId}/keys")).Is(200).Data;

    public async Task<JsonElement> RotateAsync() => (await Api.PostAsync($"/projects/{ProjectId}/keys/rotate")).Is(202).Data;

    /// <summary>Waits until all KEKs but the active one are destroyed; the oldest of them.</summary>
    public async Task<JsonElement> DestroyedKekAsync()
    {
        await Until.HoldsAsync(
            "all old KEKs are destroyed",
            async () => (await KeksAsync()).Each("state").Order(StringComparer.Ordinal) is var states
                && states.First() == "active" && states.Skip(1).Any() && states.Skip(1).All(state => state == "destroyed"));
        return (await KeksAsync()).EnumerateArray().First();
    }
}
