using System.Collections;
using System.Security.Cryptography;

namespace Secronna.EndToEndTests.Linearizability;

/// <summary>
/// Searches for an order of a key's operations in which each operation happens at one moment between its invocation and its answer
/// and every answer is right in that order. This is Wing and Gong's search with Lowe's cache of states that were tried. Operations
/// without an answer are placed only where they change the state.
/// </summary>
internal sealed class LinearizabilityChecker
{
    private const int MaxSteps = 2_000_000;

    private readonly List<Operation> answered;
    private readonly List<Operation> lost;
    private readonly HashSet<(string? Id, int Version)> acknowledged;
    private readonly HashSet<string> seen;
    private readonly HashSet<(UInt128 Done, KeyState State)> tried = [];
    private Position furthest;

    private LinearizabilityChecker(IEnumerable<Operation> history)
    {
        var byInvocation = history.OrderBy(operation => operation.Invoked).ToList();
        answered = byInvocation.FindAll(operation => operation.Answered is not null);
        lost = byInvocation.FindAll(operation => operation.Answered is null);
        acknowledged = [.. answered.OfType<Put>().Where(put => put.Written is not null).Select(put => put.Written!.Value)];
        seen = [.. answered.OfType<Reveal>().Where(reveal => reveal.Given is not null).Select(reveal => reveal.Given!.Value.Value)];
        furthest = new Position(KeyState.Absent, new BitArray(answered.Count), new BitArray(lost.Count), 0, 0);
    }

    /// <summary>
    /// Returns <c>null</c> if the history is linearizable; otherwise a text that says how far the search came and which operations did
    /// not fit next.
    /// </summary>
    public static string? FindFault(IEnumerable<Operation> history) => new LinearizabilityChecker(history).FindFault();

    private string? FindFault()
    {
        var open = new Stack<Position>();
        open.Push(furthest);
        for (var steps = 0; open.TryPop(out var position); steps++)
        {
            if (steps == MaxSteps)
            {
                return "undecided: too many orders are possible";
            }

            position = ApplyAllThatChangeNothing(position);
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

    // An operation that fits now and does not change the state can be placed now: it restricts nothing that comes later.
    private Position ApplyAllThatChangeNothing(Position position)
    {
        while (true)
        {
            var unchanging = Candidates(position).FindAll(index => answered[index].Apply(position.State) == position.State);
            if (unchanging.Count == 0)
            {
                return position;
            }

            position = unchanging.Aggregate(position, (before, index) => before.WithAnswered(index, before.State));
        }
    }

    // The stack tries the last one pushed first, so answered operations are tried before lost ones.
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

    // A lost write cannot have minted a version that was acknowledged to another write. Of several lost writes that differ only in
    // values that nobody revealed, one is enough to try.
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

    /// <summary>Returns the operations that may be next: those invoked before the first answer of the remaining ones.</summary>
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

    /// <summary>A state of the search.</summary>
    /// <param name="State">The key's state.</param>
    /// <param name="Answered">Which answered operations are placed.</param>
    /// <param name="Lost">Which operations without an answer are placed.</param>
    /// <param name="First">The index of the first answered operation that is not placed.</param>
    /// <param name="Count">The number of answered operations that are placed.</param>
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

        // 128 bits, so that two positions never have the same fingerprint by chance.
        public UInt128 Fingerprint()
        {
            var bytes = new byte[((Answered.Count + 7) / 8) + ((Lost.Count + 7) / 8)];
            Answered.CopyTo(bytes, 0);
            Lost.CopyTo(bytes, (Answered.Count + 7) / 8);
            return BitConverter.ToUInt128(SHA256.HashData(bytes));
        }
    }
}
