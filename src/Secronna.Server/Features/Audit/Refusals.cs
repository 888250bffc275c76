using Secronna.Storage;

namespace Secronna.Server.Features.Audit;

/// <summary>
/// Records refusals (S19). The first of a run of equal ones is durable before the caller is answered; its repeats within
/// a minute become one further entry with a count, so that a caller can't fill the disk with them.
/// </summary>
internal sealed class Refusals(Database database, TimeProvider time, ILogger<Refusals> log)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // Beyond so many different ones at once, each is written by itself.
    private const int MostRuns = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<AuditEntry, Run> runs = [];

    /// <summary>Records a refusal; comes back when it is durable or counted.</summary>
    /// <exception cref="StorageUnavailableException">It could not be recorded.</exception>
    public async Task RecordAsync(AuditEntry entry)
    {
        if (IsRepeat(entry))
        {
            return;
        }

        try
        {
            await AppendAsync(entry);
        }
        catch
        {
            Forget(entry);
            throw;
        }
    }

    /// <summary>Writes the counts of the runs whose minute is over; of all of them at the end.</summary>
    public async Task FlushAsync(bool all = false)
    {
        foreach (var entry in TakeFinished(all))
        {
            try
            {
                await AppendAsync(entry);
            }
            catch (StorageUnavailableException exception)
            {
                Log.RefusalCountLost(log, exception.Message);
            }
        }
    }

    private bool IsRepeat(AuditEntry entry)
    {
        var kind = Kind(entry);
        lock (gate)
        {
            if (runs.TryGetValue(kind, out var run) && time.GetElapsedTime(run.Began) < Window)
            {
                (run.Repeats, run.Last) = (run.Repeats + 1, entry);
                return true;
            }

            // A run that is over but not flushed yet still has a count to write.
            if (run is not { Repeats: > 0 } && (run is not null || runs.Count < MostRuns))
            {
                runs[kind] = new Run(time.GetTimestamp(), entry);
            }

            return false;
        }
    }

    private void Forget(AuditEntry entry)
    {
        lock (gate)
        {
            runs.Remove(Kind(entry));
        }
    }

    private List<AuditEntry> TakeFinished(bool all)
    {
        lock (gate)
        {
            var finished = runs.Where(run => all || time.GetElapsedTime(run.Value.Began) >= Window).ToList();
            finished.ForEach(run => runs.Remove(run.Key));
            return [.. finished.Where(run => run.Value.Repeats > 0)
                .Select(run => run.Value.Last with { Count = run.Value.Repeats })];
        }
    }

    private Task<bool> AppendAsync(AuditEntry entry) => database.RecordAsync(entry, static (_, audit, entry) =>
    {
        audit.Append(entry);
        return new ValueTask<bool>(true);
    });

    // Equal but for what differs from request to request.
    private static AuditEntry Kind(AuditEntry entry) => entry with { Id = "", RequestId = null, UserAgent = null };

    private sealed class Run(long began, AuditEntry last)
    {
        public long Began { get; } = began;

        public AuditEntry Last { get; set; } = last;

        public int Repeats { get; set; }
    }
}
