using Secronna.Server.Installation;
using Secronna.Storage.Engine;

namespace Secronna.Server.Access;

/// <summary>
/// Records refusals (S19). The first of a run of equal ones is durable before any caller of the run is answered; its
/// repeats within a minute become one further entry with a count. Equal is what the same caller asked for in the same way,
/// whatever was found of it; and of what one caller asks for, so many different things are told apart at once and the rest
/// are one run, whose counts name what was found. So a caller can't fill the disk with refusals, nor tell by them what is
/// there (S23), nor keep what it looks for off the record.
/// </summary>
internal sealed class Refusals(Database database, TimeProvider time, ILogger<Refusals> log)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>Different things that a caller is refused at once, and that are told apart.</summary>
    public const int MostAsked = 20;

    // Beyond so many runs of all callers at once, each refusal is written by itself.
    private const int MostRuns = 20_000;

    private readonly Lock gate = new();
    private readonly Dictionary<RefusalKind, RefusalRun> runs = [];
    private readonly Dictionary<RefusalKind, int> asked = [];

    // Counts of runs that are over, not recorded yet.
    private readonly List<AuditEntry> owed = [];

    /// <summary>Records a refusal; comes back when it, or the first of its run, is durable.</summary>
    /// <param name="entry">What was refused, with what was found of it.</param>
    /// <param name="target">What was asked for, as the caller named it.</param>
    /// <exception cref="StorageUnavailableException">That could not be recorded.</exception>
    public async Task RecordAsync(AuditEntry entry, string target)
    {
        var (run, isFirst) = Join(entry, target);
        if (run is null)
        {
            await database.AppendAsync(entry);
        }
        else if (isFirst)
        {
            await BeginAsync(run, entry);
        }
        else
        {
            await run.First.Task;
        }
    }

    /// <summary>Writes the counts of the runs whose minute is over; of all of them at the end. What fails stays owed.</summary>
    public async Task FlushAsync(bool all = false)
    {
        var counts = TakeOwed(all);
        for (var i = 0; i < counts.Count; i++)
        {
            try
            {
                await database.AppendAsync(counts[i]);
            }
            catch (Exception exception)
            {
                GiveBack(counts[i..]);
                AccessLog.RefusalCountsDelayed(log, counts.Count - i, FailureReason.Of(exception));
                return;
            }
        }
    }

    private (RefusalRun? Run, bool IsFirst) Join(AuditEntry entry, string target)
    {
        var kind = RefusalKind.Of(entry, target);
        lock (gate)
        {
            if (Find_NeedsLock(kind, entry) is { } run)
            {
                return (run, false);
            }

            if (asked.GetValueOrDefault(kind.OfCaller) >= MostAsked)
            {
                kind = kind.OfCaller;
                if (Find_NeedsLock(kind, entry) is { } rest)
                {
                    return (rest, false);
                }
            }

            return (Begin_NeedsLock(kind, entry), true);
        }
    }

    // A run whose minute is over ends here, and another begins.
    private RefusalRun? Find_NeedsLock(RefusalKind kind, AuditEntry entry)
    {
        if (!runs.TryGetValue(kind, out var run))
        {
            return null;
        }

        if (IsOver_NeedsLock(run))
        {
            End_NeedsLock(run);
            return null;
        }

        run.Repeat(entry);
        return run;
    }

    private RefusalRun? Begin_NeedsLock(RefusalKind kind, AuditEntry entry)
    {
        if (runs.Count >= MostRuns)
        {
            return null;
        }

        var run = new RefusalRun(kind, time.GetTimestamp());
        runs.Add(kind, run);
        asked[kind.OfCaller] = asked.GetValueOrDefault(kind.OfCaller) + 1;
        return run;
    }

    private async Task BeginAsync(RefusalRun run, AuditEntry entry)
    {
        try
        {
            await database.AppendAsync(entry);
            run.First.SetResult();
        }
        catch (Exception exception)
        {
            Forget(run);
            run.First.SetException(exception);
        }

        await run.First.Task;
    }

    // Its repeats fail with it, so nothing is owed of them.
    private void Forget(RefusalRun run)
    {
        lock (gate)
        {
            if (runs.GetValueOrDefault(run.Kind) == run)
            {
                Remove_NeedsLock(run.Kind);
            }
        }
    }

    private List<AuditEntry> TakeOwed(bool all)
    {
        lock (gate)
        {
            foreach (var run in runs.Values.Where(run => IsOver_NeedsLock(run, all)).ToList())
            {
                End_NeedsLock(run);
            }

            List<AuditEntry> counts = [.. owed];
            owed.Clear();
            return counts;
        }
    }

    // The one that failed goes last, so that it can't hold up the others for good.
    private void GiveBack(List<AuditEntry> counts)
    {
        lock (gate)
        {
            owed.AddRange(counts[1..]);
            owed.Add(counts[0]);
        }
    }

    // Until the first is written it may yet fail, and its repeats with it: then nothing is owed.
    private bool IsOver_NeedsLock(RefusalRun run, bool now = false) =>
        run.First.Task.IsCompleted && (now || time.GetElapsedTime(run.Began) >= Window);

    private void End_NeedsLock(RefusalRun run)
    {
        Remove_NeedsLock(run.Kind);
        owed.AddRange(run.Counts);
    }

    private void Remove_NeedsLock(RefusalKind kind)
    {
        runs.Remove(kind);
        if (--asked[kind.OfCaller] == 0)
        {
            asked.Remove(kind.OfCaller);
        }
    }
}
