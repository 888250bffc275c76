using System.Diagnostics;
using System.Net.Sockets;
using Secronna.EndToEndTests.Rotation;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.PointInTime;

/// <summary>
/// Restores an environment back and forth between two times, kills the server at a random moment of each restore, and checks
/// after its start that either all of the restore is there or nothing of it (S30).
/// </summary>
internal sealed class KilledRestores(NodeSet nodes, Dice dice)
{
    private const int Keys = 2_000;
    private const int Extras = 200;

    private readonly InstallationDatabase database = new(nodes.Installation);
    private readonly string[] times = new string[2];
    private string id = "";
    private int current;
    private TimeSpan expectedDuration;

    /// <summary>The number of restores that were done but not answered.</summary>
    public int DoneWithoutAnswer { get; private set; }

    /// <summary>The number of restores that the kill left completely undone.</summary>
    public int NotDone { get; private set; }

    /// <summary>The number of restores that were answered before the kill.</summary>
    public int Answered { get; private set; }

    public async Task PrepareAsync()
    {
        using var api = nodes[0].Connect();
        id = (await api.CreateEnvironmentAsync("Restored")).EnvironmentId;
        var environment = new EnvironmentClient(api, id);
        for (current = 0; current < times.Length; current++)
        {
            times[current] = await environment.WriteAsync(Values(current));
        }

        current--;
        for (var i = 0; i < 2; i++)
        {
            // The first restore takes longer than later ones, so the duration of the second one counts.
            await WriteExtrasAsync(environment);
            var began = Stopwatch.GetTimestamp();
            await environment.RestoreAsync(times[1 - current], prune: true);
            expectedDuration = Stopwatch.GetElapsedTime(began);
            current = 1 - current;
        }
    }

    /// <summary>Kills the server during a restore and checks what is there after its next start.</summary>
    public async Task KillOneAsync()
    {
        long before;
        using (var api = nodes[0].Connect())
        {
            await WriteExtrasAsync(new EnvironmentClient(api, id));
            before = await LastEntryAsync();
        }

        var restoring = TryRestoreAsync();
        await Until.HasPassedAsync(expectedDuration * (0.6 + (dice.Next(800) / 1_000.0)));
        await nodes[0].KillAsync();
        var wasAnswered = await restoring;
        await nodes[0].StartAgainAsync();
        await CheckAsync(before, wasAnswered);
    }

    private static IEnumerable<(string Key, string Value)> Values(int state) =>
        Enumerable.Range(0, Keys).Select(i => ($"KEY_{i:D4}", $"value of KEY_{i:D4} in state {state}"));

    // Creates secrets that did not exist at either time, so that a restore prunes them.
    private static async Task WriteExtrasAsync(EnvironmentClient environment) => await environment.WriteAsync(
        Enumerable.Range(0, Extras).Select(i => ($"MORE_{i:D4}", "more")));

    // The client reuses no connection, so that it never sends a request twice: a repeated request would be another restore.
    private async Task<bool> TryRestoreAsync()
    {
        using var api = new Api(nodes[0].Url, nodes.Installation.Token, keepsConnections: false);
        try
        {
            var answer = await new EnvironmentClient(api, id).TryRestoreAsync(times[1 - current], prune: true);
            Assert.Equal(200, answer.Status);
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            return false;
        }
    }

    private async Task CheckAsync(long before, bool wasAnswered)
    {
        using var api = nodes[0].Connect();
        var environment = new EnvironmentClient(api, id);
        // A reveal as of a time waits for a transaction that the database may still be committing.
        var values = (await environment.RevealAsync(await environment.NowAsync())).Values;
        var isDone = !values.ContainsKey("MORE_0000");
        Assert.True(isDone || !wasAnswered, "a restore was answered with success but is not there");
        current = isDone ? 1 - current : current;
        Assert.Equal(Values(current), values.Take(Keys).Select(each => (each.Key, each.Value)));
        Assert.Equal(isDone ? Keys : Keys + Extras, values.Count);
        await CheckRecordAsync(before, isDone);
        await CheckChangesAsync();
        CountAndAdjust(isDone, wasAnswered);
    }

    // A kill that came too early makes the next kill later, and a kill that came too late makes it earlier. So most kills come
    // near the end of a restore.
    private void CountAndAdjust(bool isDone, bool wasAnswered)
    {
        expectedDuration *= !isDone ? 1.25 : wasAnswered ? 0.8 : 1;
        _ = wasAnswered ? Answered++ : isDone ? DoneWithoutAnswer++ : NotDone++;
    }

    // The trail has all entries of the restore, by one request, or none of them.
    private async Task CheckRecordAsync(long before, bool isDone) => Assert.Equal(
        isDone ? [$"environment.restore|1|1", $"secret.delete|{Extras}|1", $"secret.rollback|{Keys}|1"] : [],
        await database.RowsAsync($"""
            SELECT action, count(*), count(DISTINCT request_id) FROM audit_entries WHERE sequence > {before}
              AND workspace_id = '{TestInstallation.WorkspaceId}' AND action <> 'secret.reveal' GROUP BY action ORDER BY action
            """));

    // Every restore so far has all its versions and deletions at one instant, and each of them is in the history. The values of
    // the deleted secrets are destroyed, possibly only after the server's start.
    private async Task CheckChangesAsync()
    {
        Assert.All(
            await database.RowsAsync($"""
                SELECT count(*), count(v.version), count(DISTINCT v.kind) FROM secret_changes c
                LEFT JOIN secret_versions v ON v.secret_id = c.secret_id AND v.version = c.version
                WHERE c.environment_id = '{id}' AND c.instant IN (SELECT created_at FROM secret_versions WHERE kind = 'restored')
                GROUP BY c.instant
                """),
            row => Assert.Equal($"{Keys + Extras}|{Keys}|1", row));
        Assert.Equal(0, await database.CountAsync($"""
            SELECT count(*) FROM secrets s WHERE environment_id = '{id}'
              AND current_version <> (SELECT count(*) FROM secret_versions v WHERE v.secret_id = s.id)
            """));
        Assert.Equal(0, await database.CountAsync($"""
            SELECT count(*) FROM environments e WHERE secret_count <>
              (SELECT count(*) FROM secrets s WHERE s.environment_id = e.id AND s.deleted_at IS NULL)
            """));
        await Until.HoldsAsync("what was pruned is destroyed", async () => await database.CountAsync("""
            SELECT count(*) FROM secret_versions v JOIN secrets s ON s.id = v.secret_id
            WHERE s.deleted_at IS NOT NULL AND v.ciphertext IS NOT NULL
            """) == 0);
    }

    private Task<long> LastEntryAsync() => database.CountAsync(
        $"SELECT max(sequence) FROM audit_entries WHERE workspace_id = '{TestInstallation.WorkspaceId}'");
}
