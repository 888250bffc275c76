using System.Collections.Concurrent;
using Secronna.EndToEndTests.Linearizability;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>The operations of clients of several nodes on a few keys of an environment, with their answers.</summary>
internal sealed class RequestHistory(int nodes, string environmentId, string environmentPath)
{
    private readonly ConcurrentQueue<(string Key, Operation Operation)> entries = new();
    private readonly ConcurrentDictionary<string, (string Id, int Version)> known = new();
    private readonly int[] lost = new int[nodes];
    private readonly int[] unavailable = new int[nodes];
    private int values;

    public static IReadOnlyList<string> Keys { get; } = ["KEY_0", "KEY_1", "KEY_2", "KEY_3"];

    public string EnvironmentId => environmentId;

    /// <summary>The slugs of the project and the environment, as <c>project/environment</c>.</summary>
    public string EnvironmentPath => environmentPath;

    /// <summary>The ids of requests that were answered with success, each of which must have an audit entry.</summary>
    public ConcurrentQueue<string> Successes { get; } = new();

    /// <summary>Answers that are neither expected nor UNAVAILABLE.</summary>
    public ConcurrentQueue<string> Wrong { get; } = new();

    public int Count => entries.Count;

    /// <summary>The number of requests to a node that got no answer.</summary>
    public int Lost(int node) => Volatile.Read(ref lost[node]);

    /// <summary>The number of requests to a node that were answered with UNAVAILABLE.</summary>
    public int Unavailable(int node) => Volatile.Read(ref unavailable[node]);

    /// <summary>The operations by key.</summary>
    public ILookup<string, Operation> ByKey() => entries.ToLookup(entry => entry.Key, entry => entry.Operation);

    /// <summary>Returns a value that no other write has.</summary>
    public string NewValue() => $"value {Interlocked.Increment(ref values)}";

    /// <summary>The id and version of a recently acknowledged write of the key; <c>null</c> if there is none.</summary>
    public (string Id, int Version)? LastKnown(string key) => known.TryGetValue(key, out var last) ? last : null;

    public void Add(string key, Operation operation)
    {
        entries.Enqueue((key, operation));
        if (operation is Put { Written: { } written })
        {
            known[key] = written;
        }
    }

    /// <summary>Records an expected answer.</summary>
    /// <returns>Always <c>true</c>: the node answered.</returns>
    public bool RecordAnswer(Answer answer)
    {
        if (answer.Status is 200 or 201)
        {
            Successes.Enqueue(answer.RequestId);
        }

        return true;
    }

    /// <summary>Records an answer that is neither a success nor an expected refusal, or the lack of an answer.</summary>
    /// <returns>Whether the node answered.</returns>
    public bool RecordFailure(int node, Answer? answer)
    {
        if (answer is null)
        {
            Interlocked.Increment(ref lost[node]);
        }
        else if (answer is { Status: 503, ErrorCode: "UNAVAILABLE" })
        {
            Interlocked.Increment(ref unavailable[node]);
        }
        else
        {
            Wrong.Enqueue($"{answer.Status} {answer.Envelope.ToJsonString()}");
        }

        return answer is not null;
    }
}
