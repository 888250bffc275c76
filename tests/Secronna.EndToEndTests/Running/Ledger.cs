using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Secronna.EndToEndTests.Running;

/// <summary>
/// A record of what servers acknowledged under load, and the check that it holds: every acknowledged write is there with its value,
/// version numbers have no gap and no repeat, every answered reveal has its audit entry, the trail has no gap, and every version
/// opens. <see cref="CheckAsync"/> checks only what is new since its last call; <see cref="CheckAllAsync"/> checks everything.
/// </summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<(string Key, int Version), AcknowledgedWrite> acknowledged = new();
    private readonly ConcurrentDictionary<string, string> possibleValues = new();
    private readonly ConcurrentQueue<AcknowledgedWrite> uncheckedWrites = new();
    private readonly ConcurrentQueue<string> revealRequests = new();
    private readonly ConcurrentQueue<string> violations = new();
    private readonly Dictionary<string, int> checkedVersions = [];
    private readonly Dictionary<string, string> secretIds = [];
    private volatile AcknowledgedWrite[] toReveal = [];
    private long checkedSequence;
    private int values;

    public int Writes => acknowledged.Count;

    public int Reveals { get; private set; }

    public int Versions => checkedVersions.Values.Sum();

    public long AuditEntries => checkedSequence;

    /// <summary>Returns a new value and records that the key may have it from now on.</summary>
    public string NewValue(string key)
    {
        var value = $"value {Interlocked.Increment(ref values)} of {key}";
        possibleValues[value] = key;
        return value;
    }

    public void RecordWrite(AcknowledgedWrite written)
    {
        if (!acknowledged.TryAdd((written.Key, written.Version), written))
        {
            violations.Enqueue($"{written.Key} version {written.Version} was acknowledged twice");
        }

        uncheckedWrites.Enqueue(written);
        if (toReveal.Length < 64 || written.Version % 16 == 0)
        {
            toReveal = [.. uncheckedWrites.Reverse().Take(128)];
        }
    }

    public AcknowledgedWrite? AnyAcknowledged() =>
        toReveal is { Length: > 0 } writes ? writes[RandomNumberGenerator.GetInt32(writes.Length)] : null;

    public void RecordReveal(string requestId, AcknowledgedWrite written, string value)
    {
        revealRequests.Enqueue(requestId);
        if (value != written.Value)
        {
            violations.Enqueue($"{written.Key} version {written.Version} was revealed with another value");
        }
    }

    /// <summary>Checks everything that was recorded since the last check.</summary>
    public async Task CheckAsync(Api api, string environmentId)
    {
        Assert.Empty(violations);
        var secrets = await api.ListAsync($"/api/v1/environments/{environmentId}/secrets");
        foreach (var secret in secrets)
        {
            var key = (string)secret["key"]!;
            secretIds[key] = (string)secret["id"]!;
            await CheckKeyAsync(api, key, (int)secret["currentVersion"]!);
        }

        Assert.All(uncheckedWrites, written => Assert.True(
            checkedVersions.GetValueOrDefault(written.Key) >= written.Version, $"lost: {written.Key} version {written.Version}"));
        // Called last, because the check's own reveals must have their entries too.
        await CheckTrailAsync(api);
        uncheckedWrites.Clear();
        toReveal = [];
    }

    /// <summary>Checks what is new, then reveals every version of every key.</summary>
    public async Task CheckAllAsync(Api api, string environmentId)
    {
        await CheckAsync(api, environmentId);
        foreach (var (key, count) in checkedVersions)
        {
            await RevealAllAsync(api, key, 1, count);
        }
    }

    private async Task CheckKeyAsync(Api api, string key, int current)
    {
        var last = checkedVersions.GetValueOrDefault(key);
        Assert.True(current >= last, $"the current version of {key} went back from {last} to {current}");
        var expected = current;
        string? cursor = null;
        while (expected > last)
        {
            var page = await api.GetAsync($"/api/v1/secrets/{secretIds[key]}/versions?limit=500{(cursor is null ? "" : "&cursor=" + cursor)}");
            foreach (var version in page.Data.AsArray().TakeWhile(_ => expected > last))
            {
                Assert.Equal(expected--, (int)version!["version"]!);
            }

            cursor = page.Cursor;
            Assert.True(cursor is not null || expected == last, $"{key} has no version {expected}");
        }

        checkedVersions[key] = current;
        await RevealAllAsync(api, key, last + 1, current);
    }

    // An acknowledged version has the value of its write. A version that was never acknowledged has a value that was sent to its key.
    private Task RevealAllAsync(Api api, string key, int first, int last) => Parallel.ForEachAsync(
        Enumerable.Range(first, last - first + 1), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (version, _) =>
        {
            var answer = await api.RevealAsync(secretIds[key], version);
            Assert.True(answer.Status == 200, $"{key} version {version} does not open: {answer.ErrorCode}");
            var value = (string)answer.Data["value"]!;
            if (acknowledged.TryGetValue((key, version), out var written))
            {
                Assert.Equal(written.Value, value);
            }
            else
            {
                Assert.Equal(key, possibleValues.GetValueOrDefault(value));
            }

            revealRequests.Enqueue(answer.RequestId);
        });

    private async Task CheckTrailAsync(Api api)
    {
        var revealed = new HashSet<string>();
        var written = new HashSet<string>();
        long? below = null;
        var newest = checkedSequence;
        string? cursor = null;
        do
        {
            var page = await api.GetAsync($"/api/v1/audit?limit=1000{(cursor is null ? "" : "&cursor=" + cursor)}");
            foreach (var entry in page.Data.AsArray())
            {
                var sequence = (long)entry!["sequence"]!;
                Assert.True(below is null || sequence == below - 1, $"the trail has a gap between {sequence} and {below}");
                below = sequence;
                newest = Math.Max(newest, sequence);
                if (sequence <= checkedSequence)
                {
                    break;
                }

                RecordEntry(entry, revealed, written);
            }

            cursor = page.Cursor;
        }
        while (cursor is not null && below > checkedSequence);
        Assert.True(below is 1 || below <= checkedSequence, $"the trail begins with {below}");
        checkedSequence = newest;
        Assert.All(revealRequests, request => Assert.True(revealed.Contains(request), $"a reveal without its entry: {request}"));
        Assert.All(uncheckedWrites, write => Assert.True(written.Contains(write.RequestId), $"a write without its entry: {write.RequestId}"));
        Reveals += revealRequests.Count;
        revealRequests.Clear();
    }

    private static void RecordEntry(System.Text.Json.Nodes.JsonNode entry, HashSet<string> revealed, HashSet<string> written)
    {
        var (action, outcome) = ((string)entry["action"]!, (string)entry["outcome"]!);
        if (outcome == "success" && action is "secret.reveal" or "secret.write")
        {
            (action == "secret.reveal" ? revealed : written).Add((string)entry["requestId"]!);
        }
    }
}
