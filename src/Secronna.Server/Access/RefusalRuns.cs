using Secronna.Crypto.Trail;

namespace Secronna.Server.Access;

/// <summary>How a refusal is recorded.</summary>
internal enum RefusalPart
{
    /// <summary>Its entry must be written. Its repeats are not recognised, because too many runs are open.</summary>
    Alone,

    /// <summary>It begins a run. Its entry must be written.</summary>
    First,

    /// <summary>It is counted in a run, and must wait for the entry of the run's first refusal.</summary>
    Repeat,

    /// <summary>It is counted, and nothing need be written now: this credential was refused too often.</summary>
    OverLimit,
}

/// <summary>
/// Keeps this node's runs of equal refusals in memory, and the counts of ended runs until they are recorded. Limits how much any
/// caller and any workspace can make the server keep or write. Thread-safe.
/// </summary>
internal sealed class RefusalRuns(LimitSettings limits, TimeProvider time)
{
    /// <summary>How long a run lasts.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // How many credentials of a workspace can reach their limit in the same minute.
    private const int CallersPerWorkspace = 8;

    // The part of its limit that a credential has even when its workspace has reached its own.
    private const int KeptPart = 30;
    private const int MaxRuns = 20_000;

    private readonly Lock gate = new();
    private readonly Dictionary<RefusalKind, RefusalRun> runs = [];
    private readonly OpenRuns firsts = new();
    private readonly OpenRuns overLimit = new();

    // First refusals without a run. They count towards the limits of their callers for a minute, as runs do.
    private readonly Queue<(long WrittenAt, RefusedCaller Caller)> alone = [];
    private readonly List<TrailEntry> unrecordedCounts = [];

    // A run lasts a minute, so as many entries can be written in a minute as runs may be open.
    private int MaxFirsts => limits.RefusalsPerMinute == 0 ? int.MaxValue / CallersPerWorkspace : limits.RefusalsPerMinute;

    /// <summary>
    /// Counts the refusal in the open run of its kind, or begins a run with it. If it is the first, the calling code must write
    /// the entry and then complete <see cref="RefusalRun.FirstWritten"/>, or cancel the run. What is decided depends on what the
    /// caller asked for, and not on what was found (S23).
    /// </summary>
    /// <param name="entry">The audit entry of the refusal.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    /// <returns>The run, and which part the refusal has in it. The run is <c>null</c> if the refusal is in none.</returns>
    public (RefusalRun? Run, RefusalPart Part) Join(TrailEntry entry, string target)
    {
        var kind = RefusalKind.Of(entry, target);
        lock (gate)
        {
            if (FindUnderLock(kind) is { } run)
            {
                run.Count(entry);
                return (run, RefusalPart.Repeat);
            }

            ForgetAloneUnderLock();
            if (IsOverLimitUnderLock(kind.Caller))
            {
                CountOverLimitUnderLock(entry);
                return (null, RefusalPart.OverLimit);
            }

            if (runs.Count < MaxRuns)
            {
                return (BeginUnderLock(kind, entry), RefusalPart.First);
            }

            firsts.Add(kind.Caller, 1);
            alone.Enqueue((time.GetTimestamp(), kind.Caller));
            return (null, RefusalPart.Alone);
        }
    }

    /// <summary>Counts a refusal whose target was not looked up, if its run is open or its caller is beyond the limit.</summary>
    /// <param name="entry">The audit entry, which names no target.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    /// <param name="run">The run in which it was counted; <c>null</c> beyond the limit.</param>
    public bool TryCount(TrailEntry entry, string target, out RefusalRun? run)
    {
        var kind = RefusalKind.Of(entry, target);
        lock (gate)
        {
            if (FindUnderLock(kind) is { } open)
            {
                open.CountRepeat(entry);
                run = open;
                return true;
            }

            run = null;
            ForgetAloneUnderLock();
            var isOverLimit = IsOverLimitUnderLock(kind.Caller);
            if (isOverLimit)
            {
                CountOverLimitUnderLock(entry);
            }

            return isOverLimit;
        }
    }

    /// <summary>
    /// Drops a run whose first entry could not be written. Its repeats fail as well, so their counts are not recorded.
    /// </summary>
    public void Cancel(RefusalRun run)
    {
        lock (gate)
        {
            if (runs.GetValueOrDefault(run.Kind) == run)
            {
                RemoveUnderLock(run.Kind);
            }
        }
    }

    /// <summary>Ends the runs whose minute is over, or all runs, and hands over the counts that are not recorded yet.</summary>
    public List<TrailEntry> TakeUnrecordedCounts(bool all)
    {
        lock (gate)
        {
            foreach (var run in runs.Values.Where(run => MayEnd(run, all)).ToList())
            {
                EndUnderLock(run);
            }

            List<TrailEntry> taken = [.. unrecordedCounts];
            unrecordedCounts.Clear();
            return taken;
        }
    }

    /// <summary>Takes back counts that could not be recorded.</summary>
    public void ReturnUnrecordedCounts(IEnumerable<TrailEntry> counts)
    {
        lock (gate)
        {
            unrecordedCounts.AddRange(counts);
        }
    }

    // A credential always has a part of its entries, whatever the others of its workspace did.
    private bool IsOverLimitUnderLock(RefusedCaller caller) => firsts.Of(caller) is var count && (count >= MaxFirsts
        || (count >= MaxFirsts / KeptPart && firsts.OfWorkspace(caller) >= CallersPerWorkspace * (long)MaxFirsts));

    private void ForgetAloneUnderLock()
    {
        while (alone.TryPeek(out var oldest) && time.GetElapsedTime(oldest.WrittenAt) >= Window)
        {
            firsts.Add(alone.Dequeue().Caller, -1);
        }
    }

    // The most exact kind that has an open run or room for one. The last kind always has room: there is one for each action.
    private void CountOverLimitUnderLock(TrailEntry entry)
    {
        var kinds = RefusalKind.OverLimit(entry);
        for (var i = 0; i < kinds.Length; i++)
        {
            var hasRoom = i == kinds.Length - 1 || (runs.Count < MaxRuns && overLimit.Of(kinds[i].Caller) < (i + 1) * MaxFirsts);
            if ((FindUnderLock(kinds[i]) ?? (hasRoom ? BeginUnderLock(kinds[i], entry) : null)) is { } run)
            {
                run.Count(entry);
                return;
            }
        }
    }

    // Returns null if there is no run in which the refusal can be counted. Ends a run whose minute is over, so that the refusal
    // begins another run.
    private RefusalRun? FindUnderLock(RefusalKind kind)
    {
        if (!runs.TryGetValue(kind, out var run))
        {
            return null;
        }

        if (!MayEnd(run))
        {
            return run;
        }

        EndUnderLock(run);
        return null;
    }

    private RefusalRun BeginUnderLock(RefusalKind kind, TrailEntry first)
    {
        var run = new RefusalRun(kind, first, time.GetTimestamp());
        runs.Add(kind, run);
        CounterOf(kind).Add(kind.Caller, 1);
        if (kind.IsOverLimit)
        {
            run.FirstWritten.SetResult();
        }

        return run;
    }

    // While the first entry is being written, the write may still fail. The repeats then fail too, and their counts must not be
    // recorded.
    private bool MayEnd(RefusalRun run, bool early = false) =>
        run.FirstWritten.Task.IsCompleted && (early || time.GetElapsedTime(run.BeganAt) >= Window);

    private void EndUnderLock(RefusalRun run)
    {
        RemoveUnderLock(run.Kind);
        unrecordedCounts.AddRange(run.CountEntries);
    }

    private void RemoveUnderLock(RefusalKind kind)
    {
        runs.Remove(kind);
        CounterOf(kind).Add(kind.Caller, -1);
    }

    private OpenRuns CounterOf(RefusalKind kind) => kind.IsOverLimit ? overLimit : firsts;

    /// <summary>The numbers of open runs.</summary>
    private sealed class OpenRuns
    {
        private readonly Dictionary<RefusedCaller, int> byCaller = [];
        private readonly Dictionary<string, int> byWorkspace = [];

        public int Of(RefusedCaller caller) => byCaller.GetValueOrDefault(caller);

        public int OfWorkspace(RefusedCaller caller) => byWorkspace.GetValueOrDefault(caller.WorkspaceId);

        public void Add(RefusedCaller caller, int count)
        {
            Add(byCaller, caller, count);
            Add(byWorkspace, caller.WorkspaceId, count);
        }

        private static void Add<T>(Dictionary<T, int> counts, T key, int count)
            where T : notnull
        {
            counts[key] = counts.GetValueOrDefault(key) + count;
            if (counts[key] == 0)
            {
                counts.Remove(key);
            }
        }
    }
}
