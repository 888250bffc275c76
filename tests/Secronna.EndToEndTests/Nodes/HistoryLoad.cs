using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Linearizability;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// Clients of several nodes at work on a few keys, each client always on the same node, with a record of when each
/// request was sent, when its answer came and what it said.
/// </summary>
internal sealed class HistoryLoad : IDisposable
{
    private const int Keys = 4;

    private readonly string environmentId;
    private readonly string path;
    private readonly string token;
    private readonly CancellationTokenSource end = new();
    private readonly Task[] clients;
    private readonly ConcurrentDictionary<string, (string Id, int Version)> known = new();
    private readonly ConcurrentQueue<(string Key, Operation Operation)> history = new();
    private readonly int[] failures;
    private readonly int[] unavailable;
    private int values;

    /// <summary>Begins at once.</summary>
    /// <param name="nodes">The nodes, among which the clients are shared out.</param>
    /// <param name="environment">The environment's id and its path of slugs.</param>
    /// <param name="count">How many clients.</param>
    /// <param name="seed">Of what they choose to do.</param>
    public HistoryLoad(NodeSet nodes, (string Id, string Path) environment, int count, int seed)
    {
        (environmentId, path) = environment;
        token = nodes.Installation.Token;
        failures = new int[nodes.All.Count];
        unavailable = new int[nodes.All.Count];
        clients = [.. Enumerable.Range(0, count).Select(client =>
            Task.Run(() => WorkAsync(nodes[client % nodes.All.Count], client % nodes.All.Count, new Dice(((long)seed << 8) + client))))];
    }

    /// <summary>The requests of reveals and writes that were answered with success.</summary>
    public ConcurrentQueue<string> AnsweredRequests { get; } = new();

    /// <summary>Answers that nobody should get.</summary>
    public ConcurrentQueue<string> Wrong { get; } = new();

    public int Answered => AnsweredRequests.Count;

    public int Length => history.Count;

    /// <summary>Requests to this node that got no answer.</summary>
    public int Failures(int node) => Volatile.Read(ref failures[node]);

    /// <summary>Requests to this node that were answered UNAVAILABLE.</summary>
    public int Unavailable(int node) => Volatile.Read(ref unavailable[node]);

    public async Task StopAsync()
    {
        await end.CancelAsync();
        await Task.WhenAll(clients);
    }

    /// <summary>Each key with its history.</summary>
    public ILookup<string, Operation> History() => history.ToLookup(entry => entry.Key, entry => entry.Operation);

    /// <summary>Reveals each key once more on this node, as part of the history.</summary>
    public async Task RevealAllAsync(Node node, int index)
    {
        using var api = node.Connect();
        for (var key = 0; key < Keys; key++)
        {
            await RevealAsync(api, index, $"KEY_{key}", null);
        }
    }

    public void Dispose()
    {
        end.Cancel();
        Task.WaitAll(clients);
        end.Dispose();
    }

    private async Task WorkAsync(Node node, int index, Dice dice)
    {
        using var api = node.Connect();
        using var once = new Api(node.Url, token, keepsConnections: false);
        while (!end.IsCancellationRequested)
        {
            var key = $"KEY_{dice.Next(Keys)}";
            var isKnown = known.TryGetValue(key, out var last);
            await (dice.Next(100) switch
            {
                < 35 => PutAsync(api, index, key, null),
                < 50 => PutAsync(api, index, key, last.Version),
                < 60 when isKnown => RevealAsync(api, index, key, last.Id),
                < 65 when isKnown => DeleteAsync(once, index, key, last.Id),
                _ => RevealAsync(api, index, key, null),
            });
        }
    }

    private async Task PutAsync(Api api, int node, string key, int? expected)
    {
        var put = new Put($"value {Interlocked.Increment(ref values)}", expected) { Invoked = Stopwatch.GetTimestamp(), Answered = null };
        var body = new JsonObject { ["key"] = key, ["value"] = put.Value };
        if (expected is not null)
        {
            body["expectedVersion"] = expected;
        }

        var answer = await TryAsync(api, node, () => api.PutAsync($"/api/v1/environments/{environmentId}/secrets", body));
        if (answer is not { Status: 201 or 409 })
        {
            Note(key, put, answer);
            return;
        }

        put = put with { Answered = Stopwatch.GetTimestamp() };
        if (answer.Status == 201)
        {
            var written = ((string)answer.Data["id"]!, (int)answer.Data["version"]!);
            known[key] = written;
            put = put with { Written = written };
            AnsweredRequests.Enqueue(answer.RequestId);
        }

        history.Enqueue((key, put));
    }

    // One that failed changed nothing: it is no part of the history.
    private async Task RevealAsync(Api api, int node, string key, string? id)
    {
        var reveal = new Reveal(id) { Invoked = Stopwatch.GetTimestamp(), Answered = null };
        var answer = await TryAsync(api, node, () => id is null
            ? api.PostAsync("/api/v1/reveal", new JsonObject { ["path"] = $"{path}/{key}" })
            : api.PostAsync($"/api/v1/secrets/{id}/reveal"));
        if (answer is not { Status: 200 or 404 })
        {
            Note(key, null, answer);
            return;
        }

        reveal = reveal with { Answered = Stopwatch.GetTimestamp() };
        if (answer.Status == 200)
        {
            reveal = reveal with { Given = ((int)answer.Data["version"]!, (string)answer.Data["value"]!) };
            AnsweredRequests.Enqueue(answer.RequestId);
        }

        history.Enqueue((key, reveal));
    }

    private async Task DeleteAsync(Api api, int node, string key, string id)
    {
        var delete = new Delete(id) { Invoked = Stopwatch.GetTimestamp(), Answered = null };
        var answer = await TryAsync(api, node, () => api.DeleteAsync($"/api/v1/secrets/{id}"));
        if (answer is not { Status: 200 or 404 })
        {
            Note(key, delete, answer);
            return;
        }

        history.Enqueue((key, delete with { Answered = Stopwatch.GetTimestamp(), IsDone = answer.Status == 200 }));
    }

    private void Note(string key, Operation? lost, Answer? answer)
    {
        if (lost is not null)
        {
            history.Enqueue((key, lost));
        }

        if (answer is { Status: not 503 })
        {
            Wrong.Enqueue($"{answer.Status} {answer.Envelope.ToJsonString()}");
        }
    }

    /// <summary>The answer; null where none came, and then only once the node answers again.</summary>
    private async Task<Answer?> TryAsync(Api api, int node, Func<Task<Answer>> send)
    {
        if (await SendAsync(send) is { } answer)
        {
            Interlocked.Add(ref unavailable[node], answer.Status == 503 ? 1 : 0);
            return answer;
        }

        Interlocked.Increment(ref failures[node]);
        await Until.HoldsAsync("the node answers again", async () =>
            end.IsCancellationRequested || await SendAsync(() => api.GetAsync("/health/live")) is not null);
        return null;
    }

    private static async Task<Answer?> SendAsync(Func<Task<Answer>> send)
    {
        try
        {
            return await send();
        }
        catch (Exception exception) when (exception
            is HttpRequestException or IOException or SocketException or OperationCanceledException or JsonException)
        {
            return null;
        }
    }
}
