using System.Collections;
using System.Security.Cryptography;

namespace Secronna.EndToEndTests.Linearizability;

/// <summary>
/// Searches an order of a key's operations in which each happens at one moment between its invocation and its answer, and
/// every answer is what the key then gives: Wing and Gong's search, with Lowe's memory of what was tried. What has no
/// answer is placed only where that changes something.
/// </summary>
internal sealed class LinearizabilityChecker
{
    private const int MostSteps = 2_000_000;

    private readonly List<Operation> answered;
    private readonly List<Operation> lost;
    private readonly HashSet<(string? Id, int Version)> acknowledged;
    private readonly HashSet<string> seen;
    private readonly HashSet<(UInt128 Done, KeyState State)> tried = [];
    private Position furthest;

    private LinearizabilityChecker(IEnumerable<Operation> history)
    {
        var inOrder = history.OrderBy(operation => operation.Invoked).ToList();
        answered = inOrder.FindAll(operation => operation.Answered is not null);
        lost = inOrder.FindAll(operation => operation.Answered is null);
        acknowledged = [.. answered.OfType<Put>().Where(put => put.Written is not null).Select(put => put.Written!.Value)];
        seen = [.. answered.OfType<Reveal>().Where(reveal => reveal.Given is not null).Select(reveal => reveal.Given!.Value.Value)];
        furthest = new Position(KeyState.Absent, new BitArray(answered.Count), new BitArray(lost.Count), 0, 0);
    }

    /// <summary>Null where there is such an order; else how far the search came and what fitted no more.</summary>
    public static string? FindFault(IEnumerable<Operation> history) => new LinearizabilityChecker(history).FindFault();

    private string? FindFault()
    {
        var open = new Stack<Position>();
        open.Push(furthest);
        for (var steps = 0; open.TryPop(out var position); steps++)
        {
            if (steps == MostSteps)
            {
                return "undecided: too many orders are possible";
            }

            position = AfterAllThatChangeNothing(position);
            if (position.Count == answered.Count)
            {
                return null;
            }

            furthest = position.Count > furthest.Count ? position : furthest;
            if (tried.Add((position.Fingerprint(), position.State)))
            {
                PushNext(open, position);
            }
        }

        return $"after {furthest.Count} of {answered.Count} operations the key is {furthest.State}, and none of these can be next: "
            + string.Join("; ", Candidates(furthest).Select(index => answered[index]));
    }

    // What leaves the state as it is and fits now may as well happen now: whatever comes after it comes to the same.
    private Position AfterAllThatChangeNothing(Position position)
    {
        while (true)
        {
            var idle = Candidates(position).FindAll(index => answered[index].Apply(position.State) == position.State);
            if (idle.Count == 0)
            {
                return position;
            }

            position = idle.Aggregate(position, (before, index) => before.WithAnswered(index, before.State));
        }
    }

    // The last that is pushed is tried first: what was answered before what was lost.
    private void PushNext(Stack<Position> open, Position position)
    {
        var candidates = Candidates(position);
        var latest = candidates.Min(index => answered[index].Answered);
        foreach (var (index, next) in LostThatMayBeNext(position, latest))
        {
            open.Push(position.WithLost(index, next));
        }

        foreach (var index in candidates.OrderByDescending(index => answered[index].Answered))
        {
            if (answered[index].Apply(position.State) is { } next)
            {
                open.Push(position.WithAnswered(index, next));
            }
        }
    }

    // A version that was acknowledged to another is not theirs; and of equal ones whose values nobody saw, any will do.
    private IEnumerable<(int Index, KeyState Next)> LostThatMayBeNext(Position position, long? latest)
    {
        var unseen = new HashSet<int>();
        for (var index = 0; index < lost.Count && lost[index].Invoked <= latest; index++)
        {
            if (!position.Lost[index] && lost[index].Apply(position.State) is { } next && next != position.State
                && !acknowledged.Contains((next.Id, next.Version))
                && (lost[index] is not Put put || seen.Contains(put.Value) || unseen.Add(put.Expected ?? -1)))
            {
                yield return (index, next);
            }
        }
    }

    /// <summary>What may be next: all that were invoked before the first of those left was answered.</summary>
    private List<int> Candidates(Position position)
    {
        var candidates = new List<int>();
        var latest = long.MaxValue;
        for (var index = position.First; index < answered.Count && answered[index].Invoked <= latest; index++)
        {
            if (!position.Answered[index])
            {
                candidates.Add(index);
                latest = Math.Min(latest, answered[index].Answered!.Value);
            }
        }

        return candidates.FindAll(index => answered[index].Invoked <= latest);
    }

    /// <summary>A state, what has happened, how many of those with an answer, and before which all have.</summary>
    private sealed record Position(KeyState State, BitArray Answered, BitArray Lost, int First, int Count)
    {
        public Position WithAnswered(int index, KeyState next)
        {
            var done = new BitArray(Answered) { [index] = true };
            var first = First;
            while (first < done.Count && done[first])
            {
                first++;
            }

            return this with { State = next, Answered = done, First = first, Count = Count + 1 };
        }

        public Position WithLost(int index, KeyState next) => this with { State = next, Lost = new BitArray(Lost) { [index] = true } };

        // Of 128 bits, so that two are never the same by chance.
        public UInt128 Fingerprint()
        {
            var bytes = new byte[((Answered.Count + 7) / 8) + ((Lost.Count + 7) / 8)];
            Answered.CopyTo(bytes, 0);
            Lost.CopyTo(bytes, (Answered.Count + 7) / 8);
            return BitConverter.ToUInt128(SHA256.HashData(bytes));
        }
    }
}
