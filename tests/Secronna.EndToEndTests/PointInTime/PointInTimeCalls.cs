using System.Text;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.PointInTime;

/// <summary>
/// All that there is about the past, used on values that nothing but a reveal may give away: rollback, restore with its dry
/// run, compare, reveals and lists of a time, history.
/// </summary>
internal sealed class PointInTimeCalls(Api api, string environmentId, string otherId)
{
    private const int Changed = 100;
    private const int RolledBack = 40;
    private const int ChangedMeanwhile = 30;

    private readonly StringBuilder answers = new();

    private string Path => $"/api/v1/environments/{environmentId}";

    /// <summary>Uses it on an environment with these values under these keys; what was answered that is no reveal.</summary>
    public async Task<string> CallAllAsync(IReadOnlyList<(string Key, string Value)> values)
    {
        var secrets = (await api.ListAsync(Path + "/secrets?limit=500")).ToDictionary(
            each => (string)each["key"]!, each => ((string)each["id"]!, (int)each["currentVersion"]!));
        var at = (string)(await api.GetAsync(Path)).Envelope["meta"]!["timestamp"]!;
        await WriteAsync(values.Take(Changed));
        await Parallel.ForEachAsync(values.Take(RolledBack), async (each, _) =>
        {
            var (id, version) = secrets[each.Key];
            Keep(await api.PostAsync($"/api/v1/secrets/{id}/rollback", new JsonObject { ["version"] = version }), 201);
        });
        await RestoreAsync(at, [.. values.Skip(RolledBack).Take(ChangedMeanwhile)]);
        await CompareAsync(at);
        await RevealAndListAsync(at, values);
        return answers.ToString();
    }

    /// <summary>Puts values where they don't belong; what was answered.</summary>
    public async Task<string> PassValuesAsArgumentsAsync(IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            await PassValueAsArgumentAsync(value);
        }

        return answers.ToString();
    }

    // Another value under each: that of the next.
    private async Task WriteAsync(IEnumerable<(string Key, string Value)> values)
    {
        var list = values.ToList();
        await Parallel.ForEachAsync(list.Zip(list.Skip(1)), async (pair, _) =>
            Keep(await api.WriteAsync(environmentId, pair.First.Key, pair.Second.Value), 201));
    }

    // With writers that get in its way: so that some values are kept until the end, and sealed again.
    private async Task RestoreAsync(string at, List<(string Key, string Value)> meanwhile)
    {
        var dry = await api.PostAsync(Path + "/restore", new JsonObject { ["at"] = at, ["dryRun"] = true });
        Keep(dry, 200);
        Assert.True(Restored(dry) >= RolledBack);
        var writing = WriteAsync(meanwhile);
        var restored = await api.PostAsync(Path + "/restore", new JsonObject { ["at"] = at });
        await writing;
        Keep(restored, 200);
        Assert.True(Restored(restored) >= RolledBack);
    }

    private static int Restored(Answer answer) =>
        answer.Data["changes"]!.AsArray().Count(each => (string)each!["result"]! == "restored");

    // With itself as it was: all was opened, since no version is the same, and no value differs but those written meanwhile.
    private async Task CompareAsync(string at)
    {
        var compared = await api.PostAsync(Path + "/compare", new JsonObject { ["with"] = environmentId, ["withAt"] = at });
        Keep(compared, 200);
        Assert.InRange(compared.Data.AsArray().Count(each => (string)each!["result"]! != "same"), 0, ChangedMeanwhile);
        Keep(await api.PostAsync(Path + "/compare", new JsonObject { ["with"] = otherId }), 200);
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
        Keep(await api.PostAsync(Path + "/restore", new JsonObject { ["at"] = value }), 400);
        Keep(await api.PostAsync(Path + "/reveal", new JsonObject { ["at"] = value }), 400);
        Keep(await api.PostAsync(Path + "/compare", new JsonObject { ["with"] = otherId, ["withAt"] = value }), 400);
        var with = await api.PostAsync(Path + "/compare", new JsonObject { ["with"] = value });
        Keep(with, with.Status == 400 ? 400 : 404);
    }

    private void Keep(Answer answer, int status)
    {
        Assert.Equal(status, answer.Status);
        lock (answers)
        {
            answers.Append(answer.Envelope.ToJsonString());
        }
    }
}
