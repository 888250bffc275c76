using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Nodes;
using Secronna.EndToEndTests.Rotation;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.PointInTime;

/// <summary>
/// Undoes bad changes: a look at the past, a dry run, a restore, a restore that prunes, and a restore forward again. Checks the state
/// and the trail after each step (S14, S15, S19).
/// </summary>
[Collection(SharedPostgresTests.Name)]
public sealed class RestoreTests(SharedPostgres postgres)
{
    private const int Keys = 20;

    [Fact]
    public async Task On_SQLite_an_environment_is_restored_to_an_earlier_time_and_forward_again() =>
        await RunAsync(await NodeSet.StartAsync(await TestInstallation.CreateAsync(), NodeSet.Plain(1)));

    [Fact]
    public async Task On_PostgreSQL_an_environment_is_restored_to_an_earlier_time_and_forward_again() =>
        await RunAsync(await NodeSet.StartAsync(postgres.Cluster, 1));

    private static async Task RunAsync(NodeSet set)
    {
        await using var nodes = set;
        using var api = nodes[0].Connect();
        var environment = new EnvironmentClient(api, (await api.CreateEnvironmentAsync("Drill")).EnvironmentId);
        await environment.WriteAsync(Range(0, Keys, "first"));
        var good = await environment.WriteAsync(Range(0, 5, "second"));
        var goodState = (await environment.RevealAsync()).Values;

        await environment.WriteAsync(Range(3, 8, "bad"));
        // Writing the same value again mints a version all the same.
        await environment.WriteAsync([("KEY_12", "first KEY_12")]);
        await environment.WriteAsync([("NEW_0", "new"), ("NEW_1", "new")]);
        await environment.DeleteAsync("KEY_18");
        await environment.DeleteAsync("KEY_19");
        var bad = await environment.WriteAsync([("KEY_19", "another secret")]);
        var badState = (await environment.RevealAsync()).Values;

        await ExpectPastValuesAsync(environment, good, goodState);
        var restored = await RestoreAfterDryRunAsync(api, environment, good, goodState, badState);
        await ExpectEntriesAsync(api, environment, restored.RequestId, rollbacks: 9, deletes: 0);
        await PruneAsync(api, environment, good, goodState);
        await RestoreForwardAsync(environment, bad, badState);
        await ExpectVerifiedAsync(nodes);
    }

    private static IEnumerable<(string Key, string Value)> Range(int from, int count, string value) =>
        Enumerable.Range(from, count).Select(i => ($"KEY_{i:D2}", $"{value} KEY_{i:D2}"));

    private static async Task ExpectPastValuesAsync(
        EnvironmentClient environment, string good, SortedDictionary<string, string> goodState)
    {
        var then = await environment.RevealAsync(good);
        Assert.Equal(["KEY_18", "KEY_19"], then.Unrecoverable);
        Assert.Equal(goodState.Where(each => !then.Unrecoverable.Contains(each.Key)), then.Values);
    }

    private static async Task<Answer> RestoreAfterDryRunAsync(
        Api api, EnvironmentClient environment, string good, SortedDictionary<string, string> goodState, SortedDictionary<string, string> badState)
    {
        var history = await environment.HistoryAsync();
        var dry = await environment.RestoreAsync(good, dryRun: true);
        Assert.Equal(history, await environment.HistoryAsync());
        Assert.Equal(badState, (await environment.RevealAsync()).Values);
        Assert.Empty(await api.ListAsync($"/api/v1/audit?environmentId={environment.Id}&action=environment.restore"));

        var restored = await environment.RestoreAsync(good);

        Assert.Equal(
            [
                "KEY_00 unchanged", "KEY_01 unchanged", "KEY_02 unchanged", "KEY_03 restored 3 2 4", "KEY_04 restored 3 2 4",
                .. Enumerable.Range(5, 6).Select(i => $"KEY_{i:D2} restored 2 1 3"), "KEY_11 unchanged", "KEY_12 restored 2 1 3",
                .. Enumerable.Range(13, 5).Select(i => $"KEY_{i:D2} unchanged"), "KEY_18 unrecoverable",
                "KEY_19 unrecoverable", "KEY_19 created_since", "NEW_0 created_since", "NEW_1 created_since",
            ],
            Lines(restored));
        Assert.Equal(Lines(dry), Lines(restored));
        // All values are as they were, except those of deleted secrets. Secrets that were created since are still there.
        SortedDictionary<string, string> expected = new(goodState, StringComparer.Ordinal)
        {
            ["KEY_19"] = "another secret", ["NEW_0"] = "new", ["NEW_1"] = "new",
        };
        expected.Remove("KEY_18");
        Assert.Equal(expected, (await environment.RevealAsync()).Values);
        string[] minted = ["KEY_03 4", "KEY_04 4", .. Enumerable.Range(5, 6).Select(i => $"KEY_{i:D2} 3"), "KEY_12 3"];
        var now = await environment.HistoryAsync();
        Assert.Equal(minted.Select(each => "restored " + each), now.Take(minted.Length).Order(StringComparer.Ordinal));
        Assert.Equal(history, now.Skip(minted.Length));
        return restored;
    }

    // The restore has one entry for each key that changed and one for the whole, and none for unchanged keys.
    private static async Task ExpectEntriesAsync(Api api, EnvironmentClient environment, string requestId, int rollbacks, int deletes)
    {
        var entries = (await api.ListAsync($"/api/v1/audit?environmentId={environment.Id}&limit=1000"))
            .Where(entry => (string)entry["requestId"]! == requestId).ToList();
        Assert.All(entries, entry => Assert.Equal("success", (string)entry["outcome"]!));
        Assert.Equal(rollbacks + deletes + 1, entries.Count);
        Assert.Equal(rollbacks, Keys("secret.rollback").Distinct().Count());
        Assert.Equal(deletes, Keys("secret.delete").Distinct().Count());
        Assert.Null(Assert.Single(Keys("environment.restore")));

        IEnumerable<string?> Keys(string action) =>
            entries.Where(entry => (string)entry["action"]! == action).Select(entry => (string?)entry["metadata"]!["key"]);
    }

    private static async Task PruneAsync(
        Api api, EnvironmentClient environment, string good, SortedDictionary<string, string> goodState)
    {
        var pruned = await environment.RestoreAsync(good, prune: true);

        Assert.Equal(
            ["KEY_19 pruned", "NEW_0 pruned", "NEW_1 pruned"],
            Lines(pruned).Where(line => line.EndsWith("pruned", StringComparison.Ordinal)));
        await ExpectEntriesAsync(api, environment, pruned.RequestId, rollbacks: 9, deletes: 3);
        Assert.Equal(goodState.Where(each => each.Key is not ("KEY_18" or "KEY_19")), (await environment.RevealAsync()).Values);
        Assert.Equal(["deleted KEY_19", "deleted NEW_0", "deleted NEW_1"], (await environment.HistoryAsync())
            .Take(12).Where(line => line.StartsWith("deleted", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    // A restore rewinds nothing: the bad state can be restored too, except for the secrets that were pruned.
    private static async Task RestoreForwardAsync(
        EnvironmentClient environment, string bad, SortedDictionary<string, string> badState)
    {
        string[] pruned = ["KEY_19", "NEW_0", "NEW_1"];
        var kept = badState.Where(each => !pruned.Contains(each.Key)).ToList();
        var then = await environment.RevealAsync(bad);
        Assert.Equal(pruned, then.Unrecoverable);
        Assert.Equal(kept, then.Values);
        await environment.RestoreAsync(bad);
        Assert.Equal(kept, (await environment.RevealAsync()).Values);
    }

    // Expects that every version opens and that the trail has no gap.
    private static async Task ExpectVerifiedAsync(NodeSet nodes)
    {
        Assert.Equal(0, await nodes[0].StopAsync());
        var settings = nodes.Installation.Environment;
        var connection = settings.GetValueOrDefault("Secronna__Storage__ConnectionString") ?? $"Data Source={nodes.Installation.DatabaseFile}";
        await nodes.Installation.DoAsync("backup", "verify", "--connection", connection);
        var trail = await new InstallationDatabase(nodes.Installation).ReadOneAsync($"""
            SELECT count(*) - max(sequence), min(sequence) FROM audit_entries WHERE workspace_id = '{TestInstallation.WorkspaceId}'
            """);
        Assert.Equal("0|1", trail);
    }

    private static List<string> Lines(Answer answer) => [.. answer.Data["changes"]!.AsArray()
        .Select(each => $"{each!["key"]} {each["result"]} {each["from"]} {each["to"]} {each["version"]}".TrimEnd())];
}
