using Secronna.Crypto.Trail;
using Secronna.Server.Installation;
using Secronna.Server.Trail;
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
/// <item>A credential that was refused too often in a minute is answered RATE_LIMITED, whatever it asks for and is refused. Such
/// refusals are only counted (<see cref="RefusalRuns"/>); the counts name what was found.</item>
/// </list>
/// </summary>
internal sealed class RefusalRecorder(Database database, LimitSettings limits, TimeProvider time, ILogger<RefusalRecorder> log)
{
    private const int EntriesPerUnitOfWork = 250;

    private readonly RefusalRuns runs = new(limits, time);

    /// <summary>Records a refusal. Completes when its entry, or the first entry of its run, is durable.</summary>
    /// <param name="entry">The audit entry. It says what was refused, and what was found in the caller's workspace.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    /// <param name="refusal">The refusal.</param>
    /// <returns>The refusal, or RATE_LIMITED in its place if this credential was refused too often.</returns>
    /// <exception cref="StorageUnavailableException">That entry could not be made durable.</exception>
    public async Task<RequestException> RecordAsync(TrailEntry entry, string target, RequestException refusal)
    {
        var (run, part) = runs.Join(entry, target);
        switch (part)
        {
            case RefusalPart.First:
                await WriteFirstAsync(run!, entry);
                return refusal;
            case RefusalPart.Repeat:
                await run!.FirstWritten.Task;
                return refusal;
            case RefusalPart.OverLimit:
                return refusal.RetryAfter is null ? Errors.TooManyRefusals(RefusalRuns.Window) : refusal;
            default:
                await database.AppendAsync(entry);
                return refusal;
        }
    }

    /// <summary>
    /// Counts a refusal whose target was not looked up: as a repeat, which has the target of its run's first refusal, or, beyond the
    /// limit of its caller, without a target.
    /// </summary>
    /// <param name="entry">The audit entry, which names no target.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    /// <returns>Whether it was counted. If not, the target must be looked up and the refusal recorded.</returns>
    /// <exception cref="StorageUnavailableException">The run's first entry could not be made durable.</exception>
    public async Task<bool> TryCountAsync(TrailEntry entry, string target)
    {
        if (runs.TryCount(entry, target, out var run))
        {
            await (run?.FirstWritten.Task ?? Task.CompletedTask);
            return true;
        }

        return false;
    }

    /// <summary>
    /// Writes the counts of the runs whose minute is over, or of all runs when the server stops. Counts that can't be written are
    /// kept for the next call.
    /// </summary>
    public async Task FlushAsync(bool all = false)
    {
        // When the server stops there is no next call, so a count that can't be written must not hold up the others. Each failure
        // puts one count behind the others.
        var failures = 0;
        while (await TryFlushAsync(all) is { } left && all && ++failures <= left)
        {
        }
    }

    // Returns how many counts are left because one of them could not be written; null if none are left.
    private async Task<int?> TryFlushAsync(bool all)
    {
        var counts = runs.TakeUnrecordedCounts(all);
        for (var written = 0; written < counts.Count;)
        {
            var chunk = counts.GetRange(written, Math.Min(EntriesPerUnitOfWork, counts.Count - written));
            if (await WriteAsync(chunk) is not ({ } error, var ofChunk))
            {
                written += chunk.Count;
                continue;
            }

            // The count that failed goes to the end, so that it can't block the others forever.
            written += ofChunk;
            runs.ReturnUnrecordedCounts([.. counts[(written + 1)..], counts[written]]);
            AccessLog.RefusalCountsDelayed(log, counts.Count - written, FailureReason.Of(error));
            return counts.Count - written;
        }

        return null;
    }

    // Writes all entries at once. If that fails, writes them one by one, and tells which one failed.
    private async Task<(Exception? Error, int Written)> WriteAsync(List<TrailEntry> entries)
    {
        if (await TryAppendAsync([.. entries]) is null)
        {
            return (null, entries.Count);
        }

        for (var i = 0; i < entries.Count; i++)
        {
            if (await TryAppendAsync([entries[i]]) is { } error)
            {
                return (error, i);
            }
        }

        return (null, entries.Count);
    }

    private async Task<Exception?> TryAppendAsync(IReadOnlyList<TrailEntry> entries)
    {
        try
        {
            await database.AppendAsync(entries);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private async Task WriteFirstAsync(RefusalRun run, TrailEntry entry)
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
