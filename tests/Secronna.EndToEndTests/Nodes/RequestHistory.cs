using System.Collections.Concurrent;
using Secronna.EndToEndTests.Linearizability;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>What clients of several nodes did on a few keys of an environment, and what came of it.</summary>
internal sealed class RequestHistory(int nodes, string environmentId, string environmentPath)
{
    private readonly ConcurrentQueue<(string Key, Operation Operation)> entries = new();
    private readonly ConcurrentDictionary<string, (string Id, int Version)> known = new();
    private readonly int[] lost = new int[nodes];
    private readonly int[] unavailable = new int[nodes];
    private int values;

    public static IReadOnlyList<string> Keys { get; } = ["KEY_0", "KEY_1", "KEY_2", "KEY_3"];

    public string EnvironmentId => environmentId;

    /// <summary>Slugs of the project and the environment.</summary>
    public string EnvironmentPath => environmentPath;

    /// <summary>The requests that were answered with success and have an audit entry for it.</summary>
    public ConcurrentQueue<string> Successes { get; } = new();

    /// <summary>Answers that nobody should get.</summary>
    public ConcurrentQueue<string> Wrong { get; } = new();

    public int Count => entries.Count;

    /// <summary>Requests to this node that got no answer.</summary>
    public int Lost(int node) => Volatile.Read(ref lost[node]);

    /// <summary>Requests to this node that were answered UNAVAILABLE.</summary>
    public int Unavailable(int node) => Volatile.Read(ref unavailable[node]);

    /// <summary>Each key with its operations.</summary>
    public ILookup<string, Operation> ByKey() => entries.ToLookup(entry => entry.Key, entry => entry.Operation);

    /// <summary>A value that no other write has.</summary>
    public string NewValue() => $"value {Interlocked.Increment(ref values)}";

    /// <summary>The id and version of some acknowledged write of the key.</summary>
    public (string Id, int Version)? LastKnown(string key) => known.TryGetValue(key, out var last) ? last : null;

    public void Add(string key, Operation operation)
    {
        entries.Enqueue((key, operation));
        if (operation is Put { Written: { } written })
        {
            known[key] = written;
        }
    }

    /// <returns>True: the node answered.</returns>
    public bool NoteAnswer(Answer answer)
    {
        if (answer.Status is 200 or 201)
        {
            Successes.Enqueue(answer.RequestId);
        }

        return true;
    }

    /// <returns>Whether the node answered at all.</returns>
    public bool NoteFailure(int node, Answer? answer)
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
