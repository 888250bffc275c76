using Secronna.Server.Installation;
using Secronna.Storage.Engine;

namespace Secronna.Server.Access;

/// <summary>
/// Records refusals (S19), so that no caller can fill the disk with them, learn from them what exists (S23), or hide what it
/// asks for.
/// <list type="bullet">
/// <item>The entry of the first refusal of a kind (<see cref="RefusalKind"/>) is durable before the caller is answered. Repeats
/// within a minute wait for that entry, and are then only counted. When the minute is over, the count becomes a further entry.
/// </item>
/// <item>The kind depends on what the caller asked for, never on what the server found. So neither the time of an answer nor the
/// number of entries tells whether the thing exists.</item>
/// <item>For each caller and action, only a limited number of targets are counted separately at a time
/// (<see cref="RefusalRuns"/>). Refusals of further targets are counted together, but their counts still name what was found.
/// </item>
/// </list>
/// </summary>
internal sealed class RefusalRecorder(Database database, TimeProvider time, ILogger<RefusalRecorder> log)
{
    private readonly RefusalRuns runs = new(time);

    /// <summary>Records a refusal. Completes when its entry, or the first entry of its run, is durable.</summary>
    /// <param name="entry">The audit entry. It says what was refused, and what was found in the caller's workspace.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    /// <exception cref="StorageUnavailableException">That entry could not be made durable.</exception>
    public async Task RecordAsync(AuditEntry entry, string target)
    {
        var (run, isFirst) = runs.Join(entry, target);
        if (run is null)
        {
            await database.AppendAsync(entry);
        }
        else if (isFirst)
        {
            await WriteFirstAsync(run, entry);
        }
        else
        {
            await run.FirstWritten.Task;
        }
    }

    /// <summary>
    /// Writes the counts of the runs whose minute is over, or of all runs when the server stops. Counts that can't be written are
    /// kept for the next call.
    /// </summary>
    public async Task FlushAsync(bool all = false)
    {
        var counts = runs.TakeUnrecordedCounts(all);
        for (var i = 0; i < counts.Count; i++)
        {
            try
            {
                await database.AppendAsync(counts[i]);
            }
            catch (Exception exception)
            {
                runs.ReturnUnrecordedCounts(counts[i..]);
                AccessLog.RefusalCountsDelayed(log, counts.Count - i, FailureReason.Of(exception));
                return;
            }
        }
    }

    private async Task WriteFirstAsync(RefusalRun run, AuditEntry entry)
    {
        try
        {
            await database.AppendAsync(entry);
            run.FirstWritten.SetResult();
        }
        catch (Exception exception)
        {
            runs.Cancel(run);
            run.FirstWritten.SetException(exception);
        }

        await run.FirstWritten.Task;
    }
}
