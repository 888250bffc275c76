using Secronna.Storage.Engine;

namespace Secronna.Server.Access;

/// <summary>
/// Keeps this node's runs of equal refusals in memory, and the counts of ended runs until they are recorded. Limits how much any
/// caller can make the server keep or write. Thread-safe.
/// </summary>
internal sealed class RefusalRuns(TimeProvider time)
{
    /// <summary>
    /// The largest number of open runs of one caller and action that have a target of their own. All further targets share one
    /// run.
    /// </summary>
    public const int MaxRunsPerCaller = 20;

    private const int MaxRuns = 20_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<RefusalKind, RefusalRun> runs = [];

    // The number of open runs for each caller and action.
    private readonly Dictionary<RefusalKind, int> runsPerCaller = [];
    private readonly List<AuditEntry> unrecordedCounts = [];

    /// <summary>
    /// Counts the refusal in the open run of its kind, or begins a run with it. If a run begins here, the calling code must write
    /// the entry and then complete <see cref="RefusalRun.FirstWritten"/>, or cancel the run.
    /// </summary>
    /// <param name="entry">The audit entry of the refusal.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    /// <returns>
    /// The run, and whether it begins here. The run is <c>null</c> if there are too many runs: the refusal is then recorded by
    /// itself.
    /// </returns>
    public (RefusalRun? Run, bool IsFirst) Join(AuditEntry entry, string target)
    {
        var kind = RefusalKind.Of(entry, target);
        lock (gate)
        {
            if (TryRepeatUnderLock(kind, entry) is { } run)
            {
                return (run, false);
            }

            if (runsPerCaller.GetValueOrDefault(kind.ForAnyTarget) >= MaxRunsPerCaller)
            {
                kind = kind.ForAnyTarget;
                if (TryRepeatUnderLock(kind, entry) is { } shared)
                {
                    return (shared, false);
                }
            }

            return (BeginUnderLock(kind), true);
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
    public List<AuditEntry> TakeUnrecordedCounts(bool all)
    {
        lock (gate)
        {
            foreach (var run in runs.Values.Where(run => MayEnd(run, all)).ToList())
            {
                EndUnderLock(run);
            }

            List<AuditEntry> taken = [.. unrecordedCounts];
            unrecordedCounts.Clear();
            return taken;
        }
    }

    /// <summary>
    /// Takes back counts that could not be recorded. The first count, whose write failed, goes to the end, so that it can't block
    /// the others forever.
    /// </summary>
    public void ReturnUnrecordedCounts(List<AuditEntry> failedFirst)
    {
        lock (gate)
        {
            unrecordedCounts.AddRange(failedFirst[1..]);
            unrecordedCounts.Add(failedFirst[0]);
        }
    }

    // Returns null if there is no run in which the refusal can be counted. Ends a run whose minute is over, so that the refusal
    // begins another run.
    private RefusalRun? TryRepeatUnderLock(RefusalKind kind, AuditEntry entry)
    {
        if (!runs.TryGetValue(kind, out var run))
        {
            return null;
        }

        if (MayEnd(run))
        {
            EndUnderLock(run);
            return null;
        }

        run.CountRepeat(entry);
        return run;
    }

    private RefusalRun? BeginUnderLock(RefusalKind kind)
    {
        if (runs.Count >= MaxRuns)
        {
            return null;
        }

        var run = new RefusalRun(kind, time.GetTimestamp());
        runs.Add(kind, run);
        runsPerCaller[kind.ForAnyTarget] = runsPerCaller.GetValueOrDefault(kind.ForAnyTarget) + 1;
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
        if (--runsPerCaller[kind.ForAnyTarget] == 0)
        {
            runsPerCaller.Remove(kind.ForAnyTarget);
        }
    }
}
