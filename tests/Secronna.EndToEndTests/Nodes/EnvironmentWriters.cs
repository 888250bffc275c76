using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// Writers on all nodes that change one environment by writes, batches, deletions and restores, and record the acknowledged values.
/// </summary>
internal sealed class EnvironmentWriters : IDisposable
{
    private const int Keys = 10;

    private readonly NodeSet nodes;
    private readonly string environmentId;
    private readonly ConcurrentDictionary<(string Id, int Version), string> values = new();
    private readonly ConcurrentDictionary<(string Id, int Version), int> restored = new();
    private readonly ConcurrentDictionary<string, string> ids = new();
    private readonly CancellationTokenSource end = new();
    private readonly Task[] writers;
    private int count;
    private int lastValue;

    /// <summary>Starts <paramref name="writersPerNode"/> writers on each node.</summary>
    public EnvironmentWriters(NodeSet nodes, string environmentId, int writersPerNode, int seed)
    {
        (this.nodes, this.environmentId) = (nodes, environmentId);
        writers = [.. Enumerable.Range(0, writersPerNode * nodes.All.Count).Select(writer => Task.Run(() =>
            WorkAsync(writer % nodes.All.Count, new Dice(seed + writer))))];
    }

    /// <summary>The number of acknowledged changes.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>The value of a version. A restored version has the value of the version that it restored.</summary>
    public string ValueOf(string id, int version) =>
        restored.TryGetValue((id, version), out var to) ? ValueOf(id, to) : values[(id, version)];

    /// <summary>Writes a key and returns the secret's id and the version.</summary>
    public async Task<(string Id, int Version)> WriteAsync(Api api, string key)
    {
        var value = NewValue();
        return RecordVersion(await api.WriteAsync(environmentId, key, value), value);
    }

    /// <summary>Stops the writers, waits for their last requests, and throws if one of them failed.</summary>
    public async Task StopAsync()
    {
        await end.CancelAsync();
        await Task.WhenAll(writers);
    }

    public void Dispose()
    {
        end.Cancel();
        Task.WhenAll(writers).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        end.Dispose();
    }

    private async Task WorkAsync(int node, Dice dice)
    {
        using var api = nodes[node].Connect();
        while (!end.IsCancellationRequested)
        {
            var key = $"KEY_{dice.Next(Keys)}";
            await (dice.Next(20) switch
            {
                < 10 => WriteAsync(api, key),
                < 15 => WriteBatchAsync(api, dice),
                < 17 => DeleteAsync(api, key),
                _ => RestoreAsync(api, dice),
            });
        }
    }

    private async Task WriteBatchAsync(Api api, Dice dice)
    {
        var writes = Enumerable.Range(0, Keys).Where(_ => dice.Next(2) == 0).Prepend(Keys).Select(key => (Key: $"KEY_{key}", Value: NewValue())).ToList();
        var answer = await api.PostAsync($"/api/v1/environments/{environmentId}/secrets/batch", new JsonObject
        {
            ["secrets"] = new JsonArray([.. writes.Select(write => new JsonObject { ["key"] = write.Key, ["value"] = write.Value })]),
        });
        Assert.Equal(201, answer.Status);
        foreach (var (write, written) in writes.Zip(answer.Data.AsArray()))
        {
            RecordVersion(written!, write.Value);
        }
    }

    private async Task DeleteAsync(Api api, string key)
    {
        if (ids.TryGetValue(key, out var id))
        {
            Assert.Contains((await api.DeleteAsync($"/api/v1/secrets/{id}")).Status, (int[])[200, 404]);
        }
    }

    private async Task RestoreAsync(Api api, Dice dice)
    {
        var history = (await api.GetAsync($"/api/v1/environments/{environmentId}/history?limit=100")).Data.AsArray();
        if (history.Count == 0)
        {
            return;
        }

        var answer = await api.PostAsync($"/api/v1/environments/{environmentId}/restore", new JsonObject
        {
            ["at"] = (string)history[dice.Next(history.Count)]!["at"]!,
            ["prune"] = dice.Next(4) == 0,
        });
        Assert.Equal(200, answer.Status);
        foreach (var change in answer.Data["changes"]!.AsArray().Where(change => (string)change!["result"]! == "restored"))
        {
            Assert.True(restored.TryAdd(((string)change!["secretId"]!, (int)change["version"]!), (int)change["to"]!));
        }

        Interlocked.Increment(ref count);
    }

    private (string Id, int Version) RecordVersion(Answer answer, string value)
    {
        Assert.Equal(201, answer.Status);
        return RecordVersion(answer.Data, value);
    }

    private (string Id, int Version) RecordVersion(JsonNode written, string value)
    {
        var version = (Id: (string)written["id"]!, Version: (int)written["version"]!);
        Assert.True(values.TryAdd(version, value), "a version was minted twice");
        ids[(string)written["key"]!] = version.Id;
        Interlocked.Increment(ref count);
        return version;
    }

    private string NewValue() => string.Create(CultureInfo.InvariantCulture, $"value {Interlocked.Increment(ref lastValue)}");
}
