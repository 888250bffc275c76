using System.Diagnostics;
using System.Net.Sockets;
using Secronna.EndToEndTests.Rotation;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.PointInTime;

/// <summary>
/// Restores of a whole environment, to and fro between two times, in each of which the server is killed at a moment that the
/// dice choose; and what must hold after its start: all of the restore is there or nothing of it (S30).
/// </summary>
internal sealed class KilledRestores(NodeSet nodes, Dice dice)
{
    private const int Keys = 2_000;
    private const int Extras = 200;

    private readonly InstallationDatabase database = new(nodes.Installation);
    private readonly string[] times = new string[2];
    private string id = "";
    private int current;
    private TimeSpan reach;

    /// <summary>How many restores were there without an answer.</summary>
    public int Whole { get; private set; }

    /// <summary>Of how many nothing was there.</summary>
    public int Absent { get; private set; }

    /// <summary>How many were answered before the kill.</summary>
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
            // The first time is not the usual one.
            await WriteExtrasAsync(environment);
            var began = Stopwatch.GetTimestamp();
            await environment.RestoreAsync(times[1 - current], prune: true);
            reach = Stopwatch.GetElapsedTime(began);
            current = 1 - current;
        }
    }

    /// <summary>A restore in which the server is killed, and the look at what is there of it.</summary>
    public async Task KillOneAsync()
    {
        long before;
        using (var api = nodes[0].Connect())
        {
            await WriteExtrasAsync(new EnvironmentClient(api, id));
            before = await LastEntryAsync();
        }

        var restoring = TryRestoreAsync();
        await Until.HasPassedAsync(reach * (0.6 + (dice.Next(800) / 1_000.0)));
        await nodes[0].KillAsync();
        var wasAnswered = await restoring;
        await nodes[0].StartAgainAsync();
        await CheckAsync(before, wasAnswered);
    }

    private static IEnumerable<(string Key, string Value)> Values(int state) =>
        Enumerable.Range(0, Keys).Select(i => ($"KEY_{i:D4}", $"value of KEY_{i:D4} in state {state}"));

    // Made since both times: what a restore prunes.
    private static async Task WriteExtrasAsync(EnvironmentClient environment) => await environment.WriteAsync(
        Enumerable.Range(0, Extras).Select(i => ($"MORE_{i:D4}", "more")));

    // A client that sends nothing twice: what is sent again would be another restore.
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
        // As of a time: that waits for a transaction that the database may still be at.
        var values = (await environment.RevealAsync(await environment.NowAsync())).Values;
        var isDone = !values.ContainsKey("MORE_0000");
        Assert.True(isDone || !wasAnswered, "a restore was answered and is not there");
        current = isDone ? 1 - current : current;
        Assert.Equal(Values(current), values.Take(Keys).Select(each => (each.Key, each.Value)));
        Assert.Equal(isDone ? Keys : Keys + Extras, values.Count);
        await CheckRecordAsync(before, isDone);
        await CheckChangesAsync();
        Note(isDone, wasAnswered);
    }

    // The next kill comes later after one that came too early, and the other way round: so that most are near the end.
    private void Note(bool isDone, bool wasAnswered)
    {
        reach *= !isDone ? 1.25 : wasAnswered ? 0.8 : 1;
        _ = wasAnswered ? Answered++ : isDone ? Whole++ : Absent++;
    }

    // All entries by one request, or none.
    private async Task CheckRecordAsync(long before, bool isDone) => Assert.Equal(
        isDone ? [$"environment.restore|1|1", $"secret.delete|{Extras}|1", $"secret.rollback|{Keys}|1"] : [],
        await database.RowsAsync($"""
            SELECT action, count(*), count(DISTINCT request_id) FROM audit_entries WHERE sequence > {before}
              AND workspace_id = '{TestInstallation.WorkspaceId}' AND action <> 'secret.reveal' GROUP BY action ORDER BY action
            """));

    // Of every restore that there ever was: all versions and deletions at one instant, each in the history; and what was
    // deleted is destroyed, which goes on after the start.
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
