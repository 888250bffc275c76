using Secronna.Storage;

namespace Secronna.Server.Features.Audit;

/// <summary>
/// Records refusals (S19). The first of a run of equal ones is durable before any caller of the run is answered; its
/// repeats within a minute become one further entry with a count, so that a caller can't fill the disk with them.
/// </summary>
internal sealed class Refusals(Database database, TimeProvider time, ILogger<Refusals> log)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // Beyond so many different ones at once, each is written by itself.
    private const int MostRuns = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<AuditEntry, Run> runs = [];

    // Counts of runs that are over, not recorded yet.
    private readonly List<AuditEntry> owed = [];

    /// <summary>Records a refusal; comes back when it, or the first of its run, is durable.</summary>
    /// <exception cref="StorageUnavailableException">That could not be recorded.</exception>
    public async Task RecordAsync(AuditEntry entry)
    {
        var (run, isFirst) = Join(entry);
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
                Log.RefusalCountsDelayed(log, counts.Count - i, Log.Reason(exception));
                return;
            }
        }
    }

    private (Run? Run, bool IsFirst) Join(AuditEntry entry)
    {
        var kind = Kind(entry);
        lock (gate)
        {
            if (runs.TryGetValue(kind, out var run) && !IsOver_NeedsLock(run))
            {
                run.Repeat(entry);
                return (run, false);
            }

            if (run is not null)
            {
                End_NeedsLock(kind, run);
            }

            if (runs.Count >= MostRuns)
            {
                return (null, true);
            }

            runs[kind] = run = new Run(time.GetTimestamp(), entry);
            return (run, true);
        }
    }

    private async Task BeginAsync(Run run, AuditEntry entry)
    {
        try
        {
            await database.AppendAsync(entry);
            run.First.SetResult();
        }
        catch (Exception exception)
        {
            Forget(run, entry);
            run.First.SetException(exception);
        }

        await run.First.Task;
    }

    // Its repeats fail with it, so nothing is owed of them.
    private void Forget(Run run, AuditEntry entry)
    {
        var kind = Kind(entry);
        lock (gate)
        {
            if (runs.GetValueOrDefault(kind) == run)
            {
                runs.Remove(kind);
            }
        }
    }

    private List<AuditEntry> TakeOwed(bool all)
    {
        lock (gate)
        {
            foreach (var (kind, run) in runs.Where(run => IsOver_NeedsLock(run.Value, all)).ToList())
            {
                End_NeedsLock(kind, run);
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
    private bool IsOver_NeedsLock(Run run, bool now = false) =>
        run.First.Task.IsCompleted && (now || time.GetElapsedTime(run.Began) >= Window);

    private void End_NeedsLock(AuditEntry kind, Run run)
    {
        runs.Remove(kind);
        if (run.Repeats > 0)
        {
            owed.Add(run.Last with { Count = run.Repeats });
        }
    }

    // Equal but for what differs from request to request, and for the version: there are too many numbers to ask for.
    private static AuditEntry Kind(AuditEntry entry) =>
        entry with { Id = "", RequestId = null, UserAgent = null, Version = null };

    private sealed class Run(long began, AuditEntry first)
    {
        public long Began { get; } = began;

        /// <summary>Done when the run's first entry is durable, or could not be made so.</summary>
        public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public AuditEntry Last { get; private set; } = first;

        public int Repeats { get; private set; }

        /// <summary>The count names a version only where all asked for the same.</summary>
        public void Repeat(AuditEntry entry) =>
            (Repeats, Last) = (Repeats + 1, entry with { Version = entry.Version == Last.Version ? entry.Version : null });
    }
}
