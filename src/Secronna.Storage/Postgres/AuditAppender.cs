using System.Diagnostics;
using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>
/// Makes the audit entries of concurrent reveals durable together: what waits while one batch commits makes the next, in
/// one round trip and one commit.
/// </summary>
internal sealed class AuditAppender(NpgsqlDataSource source)
{
    // Bounds the memory of a queue that the database can't follow, and the time of one transaction.
    private const int QueueLimit = 20_000;
    private const int BatchEntries = 1_024;

    private readonly Lock gate = new();
    private readonly Queue<Waiting> queue = new();
    private bool isRunning;

    /// <summary>Comes back when the entries are durable (S18).</summary>
    /// <exception cref="StorageUnavailableException">They are not known to be.</exception>
    public Task AppendAsync(IReadOnlyList<AuditEntry> entries)
    {
        var waiting = new Waiting(entries);
        lock (gate)
        {
            if (queue.Count >= QueueLimit)
            {
                throw new StorageUnavailableException("too many writes are waiting");
            }

            queue.Enqueue(waiting);
            if (isRunning)
            {
                return waiting.Task;
            }

            isRunning = true;
        }

        _ = Task.Run(RunAsync);
        return waiting.Task;
    }

    private async Task RunAsync()
    {
        List<Waiting> batch = [];
        while (Take(batch))
        {
            await CommitAsync(batch);
        }
    }

    // What the database refuses of one caller must not cost the others their entries: it is found by halving.
    private async Task CommitAsync(List<Waiting> batch)
    {
        var error = await TryCommitAsync(batch);
        if (batch.Count > 1 && error is { InnerException: InvalidOperationException or ArgumentException or UniqueViolationException })
        {
            var half = batch.Count / 2;
            await CommitAsync(batch[..half]);
            await CommitAsync(batch[half..]);
            return;
        }

        batch.ForEach(waiting => waiting.Answer(error));
    }

    private bool Take(List<Waiting> batch)
    {
        batch.Clear();
        lock (gate)
        {
            for (var entries = 0; entries < BatchEntries && queue.TryDequeue(out var waiting); entries += waiting.Entries.Count)
            {
                batch.Add(waiting);
            }

            isRunning = batch.Count > 0;
            return isRunning;
        }
    }

    private async Task<StorageUnavailableException?> TryCommitAsync(List<Waiting> batch)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await PostgresDatabase.WriteAsync(source, batch, static (transaction, batch) =>
            {
                batch.ForEach(waiting => transaction.Audit.AppendAll(waiting.Entries));
                return new ValueTask<bool>(true);
            });
            StorageMetrics.BatchCommitted(batch.Count, Stopwatch.GetElapsedTime(started));
            return null;
        }
        catch (Exception exception)
        {
            StorageMetrics.BatchFailed();
            return exception as StorageUnavailableException
                ?? new StorageUnavailableException("the audit entries could not be written: " + exception.Message, exception);
        }
    }

    private sealed class Waiting(IReadOnlyList<AuditEntry> entries)
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<AuditEntry> Entries => entries;

        public Task Task => done.Task;

        public void Answer(StorageUnavailableException? error)
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
