using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Secronna.IntegrationTests.Harness;

/// <summary>A grant as the tests write it, and what it allows as anyone would read it.</summary>
internal sealed record Granted(string Path, params string[] Actions)
{
    /// <summary>From <c>web/production/DB_*: list reveal</c>.</summary>
    public static Granted[] Parse(params string[] grants) =>
        [.. grants.Select(grant => grant.Split(": ") is [var path, var actions] ? new Granted(path, actions.Split(' ')) : throw new FormatException(grant))];

    public static string Json(params string[] grants) => $"[{string.Join(',', Parse(grants).Select(grant =>
        $$"""{"path":"{{grant.Path}}","actions":[{{string.Join(',', grant.Actions.Select(JsonReading.Quoted))}}]}"""))}]";

    /// <summary>Of a path that may end before the key: whether the grant reaches anything there.</summary>
    public bool Reaches(string path, string? action = null) =>
        (action is null || Actions.Contains(action))
        && Path.Split('/').Zip(path.Split('/')).All(pair =>
            Regex.IsMatch(pair.Second, $@"\A{Regex.Escape(pair.First).Replace(@"\*", ".*", StringComparison.Ordinal)}\z"));
}

internal static class Granting
{
    /// <summary>A new access key with grants such as <c>web/production/DB_*: list reveal</c>.</summary>
    public static async Task<JsonElement> NewGrantedKeyAsync(this Workspace workspace, params string[] grants) =>
        (await workspace.Api.PostAsync("/access-keys", $$"""{"name":"x","grants":{{Granted.Json(grants)}}}""")).Is(201).Data;

    public static async Task<ApiClient> GrantedAsync(this Workspace workspace, params string[] grants) =>
        workspace.Server.With((await workspace.NewGrantedKeyAsync(grants)).Text("token"));

    /// <summary>All of a list, page by page, and the positions that its cursors hold.</summary>
    public static async Task<(List<JsonElement> Items, List<string> Positions, int Pages)> PagesAsync(
        this ApiClient client, string path, int limit)
    {
        var (items, positions, pages) = (new List<JsonElement>(), new List<string>(), 0);
        var url = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}";
        for (string? cursor = null; pages == 0 || cursor is not null; pages++)
        {
            var reply = (await client.GetAsync(cursor is null ? url : $"{url}&cursor={cursor}")).Is(200);
            items.AddRange(reply.Data.EnumerateArray());
            cursor = reply.Meta.GetProperty("cursor").GetString();
            Xunit.Assert.Equal(cursor is not null, reply.Meta.GetProperty("hasMore").GetBoolean());
            if (cursor is not null)
            {
                positions.Add(Encoding.Latin1.GetString(Base64Url.DecodeFromChars(cursor)));
            }
        }

        return (items, positions, pages);
    }

    public static string[] Each(this IEnumerable<JsonElement> items, string name) => [.. items.Select(item => item.Text(name))];
}
