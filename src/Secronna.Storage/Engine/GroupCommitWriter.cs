using System.Diagnostics;

namespace Secronna.Storage.Engine;

/// <summary>
/// The one writer. Queued units of work run in batches: each in its own savepoint, then one commit and one fsync for
/// the batch, and only then are all answered. Units that only record go before others. What breaks the transaction
/// itself (a full disk, an I/O error) fails the whole batch (S30).
/// </summary>
internal sealed class GroupCommitWriter : IDisposable
{
    private readonly UnitQueue queue = new();
    private readonly List<UnitOfWork> batch = [];
    private readonly Transaction transaction;
    private readonly WalKeeper wal;
    private readonly TimeProvider time;
    private readonly Action<string> onFsyncFailure;
    private readonly Thread thread;

    public GroupCommitWriter(Transaction transaction, TimeProvider time, Action<string> onFsyncFailure)
    {
        this.transaction = transaction;
        this.time = time;
        this.onFsyncFailure = onFsyncFailure;
        wal = new WalKeeper(transaction);
        thread = new Thread(Loop) { IsBackground = true, Name = "secronna writer" };
        thread.Start();
    }

    public void Enqueue(UnitOfWork unit) => queue.Add(unit);

    /// <summary>Has the WAL truncated as soon as readers let go, so that what was deleted leaves its pages (S15).</summary>
    public void TruncateWal()
    {
        wal.WantTruncation();
        queue.Wake();
    }

    /// <summary>Finishes what is queued, then stops.</summary>
    public void Dispose()
    {
        if (!queue.Close())
        {
            return;
        }

        thread.Join();
        wal.Close();
        transaction.Dispose();
        queue.Dispose();
    }

    private void Loop()
    {
        try
        {
            while (queue.Take(batch, wal.Patience))
            {
                if (batch.Count > 0)
                {
                    Commit();
                }

                wal.Keep();
            }
        }
        catch (FsyncFailedException exception)
        {
            onFsyncFailure(exception.Message);
            GiveUp(new StorageUnavailableException(exception.Message, exception));
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
        queue.Close();
        queue.TakeAll(batch);
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
