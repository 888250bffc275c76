using System.Text.Json.Nodes;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Tests.Contract;

/// <summary>The operations on projects, environments and credentials.</summary>
internal static class Operations
{
    public static Operation CreateProject(string name) =>
        new("POST", "/projects", Name(name), async client => await client.Projects.CreateAsync(name)) { Command = ["project", "create", name], Status = 201 };

    public static Operation GetProject(string idOrSlug) => new(
        "GET", idOrSlug.StartsWith("proj_", StringComparison.Ordinal) ? $"/projects/{idOrSlug}" : $"/projects/by-slug/{idOrSlug}", null,
        async client => await client.Projects.GetAsync(idOrSlug));

    public static Operation ListProjects() => List("/projects", client => client.Projects.ListAsync(), "project", "ls");

    public static Operation RenameProject(string id, string name) =>
        new("PATCH", $"/projects/{id}", Name(name), async client => await client.Projects.RenameAsync(id, name));

    public static Operation DeleteProject(string id, bool force) => new(
        "DELETE", $"/projects/{id}{Force(force)}", null, async client => await client.Projects.DeleteAsync(id, force))
    {
        Command = ["project", "rm", id, .. force ? ForceOption : []],
    };

    public static Operation ListKeks(string projectId) => List($"/projects/{projectId}/keys", client => client.Projects.ListKeysAsync(projectId));

    public static Operation RotateKek(string projectId) =>
        new("POST", $"/projects/{projectId}/keys/rotate", null, async client => await client.Projects.RotateKeysAsync(projectId)) { Status = 202 };

    public static Operation CreateEnvironment(string projectId, string name) => new(
        "POST", $"/projects/{projectId}/environments", Name(name), async client => await client.Environments.CreateAsync(projectId, name))
    {
        Command = ["env", "create", projectId, name],
        Status = 201,
    };

    public static Operation GetEnvironment(string id) =>
        new("GET", $"/environments/{id}", null, async client => await client.Environments.GetAsync(id));

    public static Operation FindEnvironment(string project, string environment) => new(
        "GET", $"/projects/by-slug/{project}/environments/{environment}", null, async client => await client.Environments.FindAsync(project, environment));

    public static Operation ListEnvironments(string projectId) =>
        List($"/projects/{projectId}/environments", client => client.Environments.ListAsync(projectId), "env", "ls", projectId);

    public static Operation RenameEnvironment(string id, string name) =>
        new("PATCH", $"/environments/{id}", Name(name), async client => await client.Environments.RenameAsync(id, name));

    public static Operation RequireReason(string id, bool isRequired) => new(
        "PATCH", $"/environments/{id}", new JsonObject { ["requireReason"] = isRequired },
        async client => await client.Environments.ChangeAsync(id, new EnvironmentChangeRequest(null, isRequired)));

    public static Operation DeleteEnvironment(string id, bool force) => new(
        "DELETE", $"/environments/{id}{Force(force)}", null, async client => await client.Environments.DeleteAsync(id, force))
    {
        Command = ["env", "rm", id, .. force ? ForceOption : []],
    };

    public static Operation Me() => new("GET", "/me", null, async client => await client.GetMeAsync()) { Command = ["auth", "whoami"] };

    public static Operation AuthConfig() => new("GET", "/auth/config", null, async client => await client.GetAuthConfigAsync());

    public static Operation CreateApiKey(string name, int? days = null) => new(
        "POST", "/api-keys", With(Name(name), ("expiresInDays", days)), async client => await client.ApiKeys.CreateAsync(name, days)) { Status = 201 };

    public static Operation ListApiKeys() => List("/api-keys", client => client.ApiKeys.ListAsync());

    public static Operation DeleteApiKey(string id, bool cascade = false) => new(
        "DELETE", $"/api-keys/{id}{(cascade ? "?cascade=true" : "")}", null, async client => await client.ApiKeys.DeleteAsync(id, cascade));

    public static Operation GetMadeByApiKey(string id) =>
        new("GET", $"/api-keys/{id}/made", null, async client => await client.ApiKeys.GetMadeAsync(id));

    public static Operation GetMadeByAccessKey(string id) =>
        new("GET", $"/access-keys/{id}/made", null, async client => await client.AccessKeys.GetMadeAsync(id));

    public static Operation CreatePowerlessKey(string name) => new(
        "POST", "/access-keys", With(Name(name), ("grants", new JsonArray())),
        async client => await client.AccessKeys.CreateAsync(new AccessKeyRequest(name, null, []))) { Status = 201 };

    public static Operation CreateAccessKey(string name, int? days = null, params Grant[] grants) => new(
        "POST", "/access-keys", With(Name(name), ("expiresInDays", days), ("grants", Json(grants))),
        async client => await client.AccessKeys.CreateAsync(new AccessKeyRequest(name, days, grants.Length == 0 ? null : grants))) { Status = 201 };

    public static Operation ListAccessKeys() => List("/access-keys", client => client.AccessKeys.ListAsync());

    public static Operation ChangeAccessKey(string id, params Grant[] grants) => new(
        "PATCH", $"/access-keys/{id}", With(new JsonObject(), ("grants", Json(grants) ?? [])),
        async client => await client.AccessKeys.ChangeAsync(id, new AccessKeyChangeRequest(null, null, grants)));

    public static Operation LiftExpiry(string id) => new(
        "PATCH", $"/access-keys/{id}", new JsonObject { ["expiresInDays"] = null }, async client => await client.AccessKeys.LiftExpiryAsync(id));

    public static Operation RevokeAccessKey(string id) =>
        new("POST", $"/access-keys/{id}/revoke", null, async client => await client.AccessKeys.RevokeAsync(id));

    /// <summary>A request to any path with any body.</summary>
    public static Operation Raw(string method, string path, string? body = null) =>
        new(method, path, null, async client => await RawAsync(client, method, path, body)) { RawBody = body };

    /// <summary>A list operation, with the arguments of its command if there is one.</summary>
    public static Operation List<T>(string path, Func<SecronnaClient, IAsyncEnumerable<T>> byClient, params string[] command) =>
        new("GET", path, null, async client => await byClient(client).ToListAsync()) { IsList = true, Command = command.Length == 0 ? null : command };

    public static JsonObject With(JsonObject members, params (string Name, JsonNode? Value)[] more)
    {
        foreach (var (name, value) in more.Where(member => member.Value is not null))
        {
            members[name] = value;
        }

        return members;
    }

    private static readonly string[] ForceOption = ["--force"];

    private static JsonObject Name(string name) => new() { ["name"] = name };

    private static string Force(bool force) => force ? "?force=true" : "";

    private static JsonArray? Json(Grant[] grants) => grants.Length == 0 ? null : new JsonArray([.. grants.Select(grant => new JsonObject
    {
        ["path"] = grant.Path, ["actions"] = new JsonArray([.. grant.Actions.Select(action => (JsonNode)action)]),
    })]);

    private static async Task<object?> RawAsync(SecronnaClient client, string method, string path, string? body)
    {
        var answer = await client.SendAsync(new HttpMethod(method), path, body is null ? null : System.Text.Encoding.UTF8.GetBytes(body));
        var envelope = JsonNode.Parse(answer.Body.Span)!;
        return envelope["error"] is { } error
            ? throw new SecronnaException((string)error["message"]!, (string)error["code"]!, answer.Status, null)
            : envelope["data"];
    }
}
