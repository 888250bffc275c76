using System.Text.Json;
using Secronna.Protocol;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>Short ways to read an environment's past and to call what brings it back.</summary>
internal static class PointInTimeCalls
{
    /// <summary>The environment's history, newest first.</summary>
    public static async Task<List<JsonElement>> HistoryAsync(this TestEnvironment environment, ApiClient? caller = null) =>
        [.. (await (caller ?? environment.Api).GetAsync($"/environments/{environment.Id}/history?limit=500")).Is(200).Data.EnumerateArray()];

    /// <summary>The instant of the environment's newest change.</summary>
    public static async Task<string> LastInstantAsync(this TestEnvironment environment) => (await environment.HistoryAsync())[0].Text("at");

    /// <summary>The keys with their versions, as <c>KEY 2</c>, now or at an instant.</summary>
    public static async Task<string[]> ListedAsync(this TestEnvironment environment, string? at = null)
    {
        var reply = await environment.Api.GetAsync(environment.SecretsPath + "?limit=500" + (at is null ? "" : "&at=" + at));
        return [.. reply.Is(200).Data.EnumerateArray().Select(item => $"{item.Text("key")} {item.Number("currentVersion")}")];
    }

    /// <summary>The revealed secrets, as <c>KEY 2 value</c>, now or at an instant.</summary>
    public static async Task<string[]> RevealedAsync(this TestEnvironment environment, string? at = null) =>
        (await environment.RevealAllAsync(at is null ? null : $$"""{"at":"{{at}}"}""")).Is(200).Data.Revealed();

    public static string[] Revealed(this JsonElement revealed) => [.. revealed.GetProperty("secrets").EnumerateArray()
        .Select(item => $"{item.Text("key")} {item.Number("version")} {item.Text("value")}")];

    public static Task<Reply> RollBackAsync(this ApiClient caller, string secretId, int version, string otherFields = "") =>
        caller.PostAsync($"/secrets/{secretId}/rollback", $$"""{"version":{{version}}{{otherFields}}}""");

    public static Task<Reply> RestoreAsync(this TestEnvironment environment, string at, string otherFields = "", ApiClient? caller = null) =>
        (caller ?? environment.Api).PostAsync($"/environments/{environment.Id}/restore", $$"""{"at":"{{at}}"{{otherFields}}}""");

    public static Task<Reply> CompareAsync(this TestEnvironment environment, string with, string otherFields = "", ApiClient? caller = null) =>
        (caller ?? environment.Api).PostAsync($"/environments/{environment.Id}/compare", $$"""{"with":"{{with}}"{{otherFields}}}""");

    /// <summary>
    /// The changes of a restore, as <c>KEY restored 3 1 4</c>: the version before, the restored one and the new one.
    /// </summary>
    public static string[] Changes(this Reply reply) => [.. reply.Is(200).Data.GetProperty("changes").EnumerateArray()
        .Select(change => string.Join(' ', change.EnumerateObject().Where(property => property.Name != "secretId")
            .Select(property => property.Value.ToString())))];

    /// <summary>The results of a comparison, as <c>KEY same</c>.</summary>
    public static string[] Results(this Reply reply) =>
        [.. reply.Is(200).Data.EnumerateArray().Select(item => $"{item.Text("key")} {item.Text("result")}")];

    /// <summary>The instant this many microseconds later.</summary>
    public static string Plus(this string at, long microseconds)
    {
        Assert.True(Instant.TryParse(at, out var instant));
        return new Instant(instant.Microseconds + microseconds).ToString();
    }
}
