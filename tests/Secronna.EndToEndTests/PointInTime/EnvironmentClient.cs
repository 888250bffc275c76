using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.PointInTime;

/// <summary>A revealed state of an environment: the values by key, and the keys whose values were destroyed.</summary>
internal sealed record RevealedState(SortedDictionary<string, string> Values, List<string> Unrecoverable);

/// <summary>Reads and changes one environment over the API, in the present and as of a time.</summary>
internal sealed class EnvironmentClient(Api api, string id)
{
    private const int BatchSize = 500;

    public string Id => id;

    private string Path => $"/api/v1/environments/{id}";

    /// <summary>Writes values in batches. Returns the timestamp of the last answer, at which all the values exist.</summary>
    public async Task<string> WriteAsync(IEnumerable<(string Key, string Value)> values)
    {
        var at = "";
        foreach (var batch in values.Chunk(BatchSize))
        {
            var secrets = batch.Select(each => new JsonObject { ["key"] = each.Key, ["value"] = each.Value });
            at = Time(await DoAsync("secrets/batch", new JsonObject { ["secrets"] = new JsonArray([.. secrets]) }, 201));
        }

        return at;
    }

    /// <summary>Returns the ids of the environment's secrets by key.</summary>
    public async Task<Dictionary<string, string>> IdsAsync() => (await api.ListAsync(Path + "/secrets"))
        .ToDictionary(secret => (string)secret["key"]!, secret => (string)secret["id"]!);

    /// <summary>Deletes a secret and returns the timestamp of the answer.</summary>
    public async Task<string> DeleteAsync(string key)
    {
        var answer = await api.DeleteAsync($"/api/v1/secrets/{(await IdsAsync())[key]}");
        Assert.Equal(200, answer.Status);
        return Time(answer);
    }

    /// <summary>Reveals all values, as of a time or, if it is <c>null</c>, as of now.</summary>
    public async Task<RevealedState> RevealAsync(string? at = null)
    {
        var data = (await DoAsync("reveal", at is null ? null : new JsonObject { ["at"] = at })).Data;
        return new RevealedState(
            new(data["secrets"]!.AsArray().ToDictionary(each => (string)each!["key"]!, each => (string)each!["value"]!), StringComparer.Ordinal),
            [.. data["unrecoverable"]!.AsArray().Select(key => (string)key!)]);
    }

    /// <summary>Returns the history, newest first; each entry is the change, the key and the version in one text.</summary>
    public async Task<List<string>> HistoryAsync() =>
        [.. (await api.ListAsync(Path + "/history?limit=7")).Select(each => $"{each["change"]} {each["key"]} {each["version"]}".TrimEnd())];

    public Task<Answer> RestoreAsync(string at, bool dryRun = false, bool prune = false) =>
        DoAsync("restore", RestoreBody(at, dryRun, prune));

    /// <summary>Sends a restore and returns the answer, whatever its status.</summary>
    public Task<Answer> TryRestoreAsync(string at, bool prune) =>
        api.PostAsync(Path + "/restore", RestoreBody(at, false, prune));

    public async Task<string> NowAsync() => Time(await api.GetAsync(Path));

    private static JsonObject RestoreBody(string at, bool dryRun, bool prune) =>
        new() { ["at"] = at, ["dryRun"] = dryRun, ["prune"] = prune, ["comment"] = "as it was" };

    private static string Time(Answer answer) => (string)answer.Envelope["meta"]!["timestamp"]!;

    private async Task<Answer> DoAsync(string action, JsonObject? body, int status = 200)
    {
        var answer = await api.PostAsync($"{Path}/{action}", body);
        Assert.True(answer.Status == status, $"{action}: {answer.Status} {answer.ErrorCode}");
        return answer;
    }
}
