using System.Text.Json;
using System.Text.RegularExpressions;

namespace Secronna.IntegrationTests.Harness;

/// <summary>A grant as tests write it. Tests compare the server's decisions with its simple evaluation of the grant.</summary>
internal sealed record TestGrant(string Path, params string[] Actions)
{
    /// <summary>Parses grants such as <c>web/production/DB_*: list reveal</c>.</summary>
    public static TestGrant[] Parse(params string[] grants) =>
        [.. grants.Select(grant => grant.Split(": ") is [var path, var actions] ? new TestGrant(path, actions.Split(' ')) : throw new FormatException(grant))];

    /// <summary>The grants as the API's JSON.</summary>
    public static string Json(params string[] grants) => $"[{string.Join(',', Parse(grants).Select(grant =>
        $$"""{"path":"{{grant.Path}}","actions":[{{string.Join(',', grant.Actions.Select(JsonReading.Quoted))}}]}"""))}]";

    /// <summary>
    /// Whether the grant reaches the path. For the path of a project or environment: whether the grant reaches anything in it.
    /// </summary>
    public bool Reaches(string path, string? action = null) =>
        (action is null || Actions.Contains(action))
        && Path.Split('/').Zip(path.Split('/')).All(pair =>
            Regex.IsMatch(pair.Second, $@"\A{Regex.Escape(pair.First).Replace(@"\*", ".*", StringComparison.Ordinal)}\z"));
}

internal static class GrantedKeys
{
    /// <summary>A new access key with grants such as <c>web/production/DB_*: list reveal</c>.</summary>
    public static async Task<JsonElement> NewGrantedKeyAsync(this Workspace workspace, params string[] grants) =>
        (await workspace.Api.PostAsync("/access-keys", $$"""{"name":"x","grants":{{TestGrant.Json(grants)}}}""")).Is(201).Data;

    /// <summary>A client with a new access key that has these grants.</summary>
    public static async Task<ApiClient> NewGrantedClientAsync(this Workspace workspace, params string[] grants) =>
        workspace.Server.With((await workspace.NewGrantedKeyAsync(grants)).Text("token"));
}
