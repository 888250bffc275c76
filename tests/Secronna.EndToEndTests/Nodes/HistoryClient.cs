using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Linearizability;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>A client of one node that sends random requests one after another and records each with its times and its answer.</summary>
internal sealed class HistoryClient : IDisposable
{
    private readonly RequestHistory history;
    private readonly int node;
    private readonly Api api;
    private readonly Api withoutRepeats;

    public HistoryClient(RequestHistory history, NodeSet nodes, int node)
    {
        (this.history, this.node) = (history, node);
        api = nodes[node].Connect();
        // Used for deletions. A client that reuses connections may send one twice, and the second would answer "not found".
        withoutRepeats = new Api(nodes[node].Url, nodes.Installation.Token, keepsConnections: false);
    }

    /// <summary>Sends requests that the dice choose until it is cancelled.</summary>
    public async Task WorkAsync(Dice dice, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var key = RequestHistory.Keys[dice.Next(RequestHistory.Keys.Count)];
            var last = history.LastKnown(key);
            var isAnswered = await (dice.Next(100) switch
            {
                < 35 => PutAsync(key, null),
                < 50 => PutAsync(key, last?.Version ?? 0),
                < 60 when last is not null => RevealAsync(key, last.Value.Id),
                < 65 when last is not null => DeleteAsync(key, last.Value.Id),
                _ => RevealAsync(key, null),
            });
            if (!isAnswered)
            {
                await Until.HoldsAsync("the node answers again", async () =>
                    end.IsCancellationRequested || await SendAsync(() => api.GetAsync("/health/live")) is not null);
            }
        }
    }

    /// <summary>
    /// Reveals the secret with this id or, if it is <c>null</c>, the secret at the key's path. A failed reveal changed nothing and is not
    /// added to the history.
    /// </summary>
    /// <returns>Whether the node answered.</returns>
    public async Task<bool> RevealAsync(string key, string? id)
    {
        var reveal = new Reveal(id) { Invoked = Stopwatch.GetTimestamp(), Answered = null };
        var answer = await SendAsync(() => id is null
            ? api.PostAsync("/api/v1/reveal", new JsonObject { ["path"] = $"{history.EnvironmentPath}/{key}" })
            : api.PostAsync($"/api/v1/secrets/{id}/reveal"));
        if (answer is not { Status: 200 or 404 })
        {
            return history.RecordFailure(node, answer);
        }

        history.Add(key, reveal with
        {
            Answered = Stopwatch.GetTimestamp(),
            Given = answer.Status == 200 ? ((int)answer.Data["version"]!, (string)answer.Data["value"]!) : null,
        });
        return history.RecordAnswer(answer);
    }

    public void Dispose()
    {
        api.Dispose();
        withoutRepeats.Dispose();
    }

    private async Task<bool> PutAsync(string key, int? expected)
    {
        var put = new Put(history.NewValue(), expected) { Invoked = Stopwatch.GetTimestamp(), Answered = null };
        var body = new JsonObject { ["key"] = key, ["value"] = put.Value };
        if (expected is not null)
        {
            body["expectedVersion"] = expected;
        }

        var answer = await SendAsync(() => api.PutAsync($"/api/v1/environments/{history.EnvironmentId}/secrets", body));
        if (answer is not { Status: 201 or 409 })
        {
            history.Add(key, put);
            return history.RecordFailure(node, answer);
        }

        history.Add(key, put with
        {
            Answered = Stopwatch.GetTimestamp(),
            Written = answer.Status == 201 ? ((string)answer.Data["id"]!, (int)answer.Data["version"]!) : null,
        });
        return history.RecordAnswer(answer);
    }

    private async Task<bool> DeleteAsync(string key, string id)
    {
        var delete = new Delete(id) { Invoked = Stopwatch.GetTimestamp(), Answered = null };
        var answer = await SendAsync(() => withoutRepeats.DeleteAsync($"/api/v1/secrets/{id}"));
        if (answer is not { Status: 200 or 404 })
        {
            history.Add(key, delete);
            return history.RecordFailure(node, answer);
        }

        history.Add(key, delete with { Answered = Stopwatch.GetTimestamp(), IsDone = answer.Status == 200 });
        return history.RecordAnswer(answer);
    }

    /// <summary>Returns the answer; <c>null</c> if none came.</summary>
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
