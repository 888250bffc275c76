using System.Diagnostics;
using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>
/// Makes the audit entries of concurrent reveals durable together. Entries that arrive while one batch commits make up the next
/// batch, which takes one round trip and one commit.
/// </summary>
/// <param name="source">The connections.</param>
/// <param name="clock">Judges the clock before each commit; <c>null</c> lets every reading be believed.</param>
/// <param name="onFailure">Called with the error of each batch of which nothing was kept.</param>
internal sealed class AuditAppender(NpgsqlDataSource source, ClockJudge? clock, Action<StorageUnavailableException> onFailure)
{
    // Bounds the memory of the queue when the database is too slow.
    private const int QueueLimit = 20_000;

    // Bounds the time of one transaction.
    private const int BatchEntries = 1_024;

    private readonly Lock gate = new();
    private readonly Queue<PendingEntries> queue = new();
    private bool isRunning;

    /// <summary>Appends entries, and returns when they are durable (S18).</summary>
    /// <exception cref="StorageUnavailableException">
    /// It is not known whether the entries are durable, or too many entries are waiting.
    /// </exception>
    public Task AppendAsync(IReadOnlyList<EncodedEntry> entries)
    {
        var pending = new PendingEntries(entries);
        lock (gate)
        {
            if (queue.Count >= QueueLimit)
            {
                throw new StorageUnavailableException("too many writes are waiting");
            }

            queue.Enqueue(pending);
            if (isRunning)
            {
                return pending.Task;
            }

            isRunning = true;
        }

        _ = Task.Run(RunAsync);
        return pending.Task;
    }

    private async Task RunAsync()
    {
        List<PendingEntries> batch = [];
        while (TakeBatch(batch))
        {
            await CommitAsync(batch);
        }
    }

    // If the database refuses the entries of one caller, the entries of other callers must still be written. Halving the batch
    // isolates the refused entries.
    private async Task CommitAsync(List<PendingEntries> batch)
    {
        var error = await TryCommitAsync(batch);
        if (batch.Count > 1 && error is { InnerException: InvalidOperationException or ArgumentException or UniqueViolationException })
        {
            var half = batch.Count / 2;
            await CommitAsync(batch[..half]);
            await CommitAsync(batch[half..]);
            return;
        }

        batch.ForEach(pending => pending.Complete(error));
    }

    private bool TakeBatch(List<PendingEntries> batch)
    {
        batch.Clear();
        lock (gate)
        {
            for (var entries = 0; entries < BatchEntries && queue.TryDequeue(out var pending); entries += pending.Entries.Count)
            {
                batch.Add(pending);
            }

            isRunning = batch.Count > 0;
            return isRunning;
        }
    }

    private async Task<StorageUnavailableException?> TryCommitAsync(List<PendingEntries> batch)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await PostgresUnits.RunAsync(source, clock, batch, static (transaction, batch) =>
            {
                batch.ForEach(pending => transaction.Audit.AppendAll(pending.Entries));
                return new ValueTask<bool>(true);
            });
            StorageMetrics.BatchCommitted(batch.Count, Stopwatch.GetElapsedTime(started));
            return null;
        }
        catch (Exception exception)
        {
            StorageMetrics.BatchFailed();
            var failure = exception as StorageUnavailableException
                ?? new StorageUnavailableException("the audit entries could not be written: " + exception.Message, exception);
            onFailure(failure);
            return failure;
        }
    }

    /// <summary>The entries of one caller, and the task that the caller waits for.</summary>
    private sealed class PendingEntries(IReadOnlyList<EncodedEntry> entries)
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<EncodedEntry> Entries => entries;

        public Task Task => done.Task;

        public void Complete(StorageUnavailableException? error)
        {
            if (error is null)
            {
                done.SetResult();
            }
            else
            {
                done.SetException(error);
            }
        }
    }
}
