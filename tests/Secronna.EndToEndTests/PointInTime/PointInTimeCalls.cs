using System.Text;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.PointInTime;

/// <summary>
/// Calls every point-in-time feature of the API: rollback, restore with its dry run, compare, reveals and lists as of a time, and
/// history. Collects the answers other than reveals, which must not contain a value.
/// </summary>
internal sealed class PointInTimeCalls(Api api, string environmentId, string otherId)
{
    private const int Changed = 100;
    private const int RolledBack = 40;
    private const int ChangedMeanwhile = 30;

    private readonly StringBuilder answers = new();

    private string Path => $"/api/v1/environments/{environmentId}";

    /// <summary>
    /// Calls everything on an environment that has these values under these keys. Returns all answers other than reveals.
    /// </summary>
    public async Task<string> CallAllAsync(IReadOnlyList<(string Key, string Value)> values)
    {
        var secrets = (await api.ListAsync(Path + "/secrets?limit=500")).ToDictionary(
            each => (string)each["key"]!, each => ((string)each["id"]!, (int)each["currentVersion"]!));
        var at = (string)(await api.GetAsync(Path)).Envelope["meta"]!["timestamp"]!;
        await WriteAsync(values.Take(Changed));
        await Parallel.ForEachAsync(values.Take(RolledBack), async (each, _) =>
        {
            var (id, version) = secrets[each.Key];
            CollectAnswer(await api.PostAsync($"/api/v1/secrets/{id}/rollback", new JsonObject { ["version"] = version }), 201);
        });
        await RestoreAsync(at, [.. values.Skip(RolledBack).Take(ChangedMeanwhile)]);
        await CompareAsync(at);
        await RevealAndListAsync(at, values);
        return answers.ToString();
    }

    /// <summary>Sends values as arguments that must be times or ids, which is refused. Returns the answers.</summary>
    public async Task<string> PassValuesAsArgumentsAsync(IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            await PassValueAsArgumentAsync(value);
        }

        return answers.ToString();
    }

    // Writes to each key the value of the next one.
    private async Task WriteAsync(IEnumerable<(string Key, string Value)> values)
    {
        var list = values.ToList();
        await Parallel.ForEachAsync(list.Zip(list.Skip(1)), async (pair, _) =>
            CollectAnswer(await api.WriteAsync(environmentId, pair.First.Key, pair.Second.Value), 201));
    }

    // Writes to some keys during the restore, so that the restore has to keep some values longer and seal them again.
    private async Task RestoreAsync(string at, List<(string Key, string Value)> meanwhile)
    {
        var dry = await api.PostAsync(Path + "/restore", new JsonObject { ["at"] = at, ["dryRun"] = true });
        CollectAnswer(dry, 200);
        Assert.True(Restored(dry) >= RolledBack);
        var writing = WriteAsync(meanwhile);
        var restored = await api.PostAsync(Path + "/restore", new JsonObject { ["at"] = at });
        await writing;
        CollectAnswer(restored, 200);
        Assert.True(Restored(restored) >= RolledBack);
    }

    private static int Restored(Answer answer) =>
        answer.Data["changes"]!.AsArray().Count(each => (string)each!["result"]! == "restored");

    // Compares the environment with its own past. All versions are opened, since none is the same, but only the values that were
    // written during the restore differ.
    private async Task CompareAsync(string at)
    {
        var compared = await api.PostAsync(Path + "/compare", new JsonObject { ["with"] = environmentId, ["withAt"] = at });
        CollectAnswer(compared, 200);
        Assert.InRange(compared.Data.AsArray().Count(each => (string)each!["result"]! != "same"), 0, ChangedMeanwhile);
        CollectAnswer(await api.PostAsync(Path + "/compare", new JsonObject { ["with"] = otherId }), 200);
    }

    private async Task RevealAndListAsync(string at, IReadOnlyList<(string Key, string Value)> values)
    {
        var expected = values.ToDictionary(each => each.Key, each => each.Value);
        var some = new JsonArray([.. values.Take(3).Select(each => (JsonNode)each.Key)]);
        foreach (var body in new[] { new JsonObject { ["at"] = at }, new JsonObject { ["at"] = at, ["keys"] = some } })
        {
            var revealed = await api.PostAsync(Path + "/reveal", body);
            Assert.Equal(200, revealed.Status);
            Assert.All(
                revealed.Data["secrets"]!.AsArray().Where(each => expected.ContainsKey((string)each!["key"]!)),
                each => Assert.Equal(expected[(string)each!["key"]!], (string)each["value"]!));
        }

        foreach (var list in new[] { $"/secrets?limit=500&at={at}", "/history?limit=500" })
        {
            (await api.ListAsync(Path + list)).ForEach(each => answers.Append(each.ToJsonString()));
        }
    }

    private async Task PassValueAsArgumentAsync(string value)
    {
        CollectAnswer(await api.PostAsync(Path + "/restore", new JsonObject { ["at"] = value }), 400);
        CollectAnswer(await api.PostAsync(Path + "/reveal", new JsonObject { ["at"] = value }), 400);
        CollectAnswer(await api.PostAsync(Path + "/compare", new JsonObject { ["with"] = otherId, ["withAt"] = value }), 400);
        var with = await api.PostAsync(Path + "/compare", new JsonObject { ["with"] = value });
        CollectAnswer(with, with.Status == 400 ? 400 : 404);
    }

    private void CollectAnswer(Answer answer, int status)
    {
        Assert.Equal(status, answer.Status);
        lock (answers)
        {
            answers.Append(answer.Envelope.ToJsonString());
        }
    }
}
