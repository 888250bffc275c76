using System.Diagnostics;

namespace Secronna.Storage.Engine;

/// <summary>
/// The one writer. Queued units of work run in batches: each in its own savepoint, then one commit and one fsync for
/// the batch, and only then are all answered. Units that only record go before others. What breaks the transaction
/// itself (a full disk, an I/O error) fails the whole batch (S30).
/// </summary>
internal sealed class GroupCommitWriter : IDisposable
{
    // Bounds the memory of a queue that the disk can't follow, and the time of one transaction.
    private const int QueueLimit = 20_000;
    private const int BatchLimit = 512;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim wake = new(0);
    private readonly Queue<UnitOfWork> records = new();
    private readonly Queue<UnitOfWork> changes = new();
    private readonly List<UnitOfWork> batch = [];
    private readonly Transaction transaction;
    private readonly WalKeeper wal;
    private readonly TimeProvider time;
    private readonly Action<string> onFsyncFailure;
    private readonly Thread thread;
    private bool asleep;
    private bool closing;

    public GroupCommitWriter(Transaction transaction, TimeProvider time, Action<string> onFsyncFailure)
    {
        this.transaction = transaction;
        this.time = time;
        this.onFsyncFailure = onFsyncFailure;
        wal = new WalKeeper(transaction);
        thread = new Thread(Loop) { IsBackground = true, Name = "secronna writer" };
        thread.Start();
    }

    public void Enqueue(UnitOfWork unit)
    {
        lock (gate)
        {
            if (closing)
            {
                throw new StorageUnavailableException("the database is closing");
            }

            if (records.Count + changes.Count >= QueueLimit)
            {
                throw new StorageUnavailableException("too many writes are waiting");
            }

            (unit.RecordsOnly ? records : changes).Enqueue(unit);
            if (!asleep)
            {
                return;
            }

            asleep = false;
        }

        wake.Release();
    }

    /// <summary>Has the WAL truncated as soon as readers let go, so that what was deleted leaves its pages (S15).</summary>
    public void TruncateWal()
    {
        wal.WantTruncation();
        Wake();
    }

    /// <summary>Finishes what is queued, then stops.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (closing)
            {
                return;
            }

            closing = true;
        }

        Wake();
        thread.Join();
        wal.Close();
        transaction.Dispose();
        wake.Dispose();
    }

    private void Wake()
    {
        lock (gate)
        {
            if (!asleep)
            {
                return;
            }

            asleep = false;
        }

        wake.Release();
    }

    private void Loop()
    {
        while (TakeBatch())
        {
            try
            {
                if (batch.Count > 0)
                {
                    Commit();
                }

                wal.Keep();
            }
            catch (FsyncFailedException exception)
            {
                onFsyncFailure(exception.Message);
                GiveUp(new StorageUnavailableException(exception.Message, exception));
                return;
            }
        }
    }

    private bool TakeBatch()
    {
        batch.Clear();
        while (true)
        {
            lock (gate)
            {
                while (batch.Count < BatchLimit && (records.TryDequeue(out var unit) || changes.TryDequeue(out unit)))
                {
                    batch.Add(unit);
                }

                if (batch.Count > 0)
                {
                    return true;
                }

                if (closing)
                {
                    return false;
                }

                asleep = true;
            }

            if (!wake.Wait(wal.Patience))
            {
                // Time to try the truncation again.
                lock (gate)
                {
                    asleep = false;
                }

                return true;
            }

            if (wal.IsTruncationWanted)
            {
                return true;
            }
        }
    }

    private void Commit()
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            transaction.Audit.CutBackTo(0);
            transaction.Run("BEGIN IMMEDIATE");
            foreach (var unit in batch)
            {
                unit.Error = RunUnit(unit);
            }

            var now = Microseconds(time.GetUtcNow());
            AuditWriter.WriteAsync(transaction, transaction.Audit, now).AtOnce();
            transaction.Run("COMMIT");
        }
        catch (Exception exception) when (exception is not FsyncFailedException)
        {
            RollBack();
            FailBatch(exception as StorageUnavailableException
                ?? new StorageUnavailableException("the transaction failed: " + exception.Message, exception));
            StorageMetrics.BatchFailed();
            return;
        }

        StorageMetrics.BatchCommitted(batch.Count, Stopwatch.GetElapsedTime(started));
        BatchAnswer.Send(batch);
        batch.Clear();
    }

    /// <summary>Null when the unit's work stands; the error to answer when it was undone alone.</summary>
    private Exception? RunUnit(UnitOfWork unit)
    {
        var recorded = transaction.Audit.Count;
        if (!unit.RecordsOnly)
        {
            transaction.Run("SAVEPOINT unit");
        }

        try
        {
            unit.Run(transaction);
            if (!unit.RecordsOnly)
            {
                transaction.Run("RELEASE unit");
            }

            return null;
        }
        catch (Exception exception) when (exception is not (StorageUnavailableException or FsyncFailedException))
        {
            transaction.Audit.CutBackTo(recorded);
            if (!unit.RecordsOnly)
            {
                transaction.Run("ROLLBACK TO unit");
                transaction.Run("RELEASE unit");
            }

            return exception;
        }
    }

    private void RollBack()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(transaction.Handle) != 0)
        {
            return;
        }

        try
        {
            transaction.Run("ROLLBACK");
        }
        catch (Exception exception) when (exception is StorageUnavailableException or InvalidOperationException)
        {
            // SQLite has rolled back by itself; nothing of the batch is left either way.
            StorageMetrics.BatchFailed();
        }
    }

    // Nothing may be promised any more, not even what is queued.
    private void GiveUp(StorageUnavailableException exception)
    {
        lock (gate)
        {
            closing = true;
            batch.AddRange(records);
            batch.AddRange(changes);
            records.Clear();
            changes.Clear();
        }

        FailBatch(exception);
    }

    private void FailBatch(StorageUnavailableException exception)
    {
        batch.ForEach(unit => unit.Error = exception);
        BatchAnswer.Send(batch);
        batch.Clear();
    }

    private static long Microseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
