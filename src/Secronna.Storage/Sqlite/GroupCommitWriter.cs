using System.Diagnostics;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// The one writer. Queued units of work run in batches: each in its own savepoint, then one commit and one fsync for
/// the batch, and only then are all answered. Units that only record go before others. What breaks the transaction
/// itself (a full disk, an I/O error) fails the whole batch (S30).
/// </summary>
internal sealed class GroupCommitWriter : IDisposable
{
    private readonly UnitQueue queue = new();
    private readonly List<UnitOfWork> batch = [];
    private readonly SqliteEngineConnection connection;
    private readonly Transaction transaction;
    private readonly WalKeeper wal;
    private readonly Action<string> onFsyncFailure;
    private readonly Thread thread;

    public GroupCommitWriter(SqliteEngineConnection connection, Action<string> onFsyncFailure)
    {
        this.connection = connection;
        this.onFsyncFailure = onFsyncFailure;
        transaction = new Transaction(connection);
        wal = new WalKeeper(connection);
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
        connection.Dispose();
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
            connection.Run("BEGIN IMMEDIATE");
            foreach (var unit in batch)
            {
                unit.Error = RunUnit(unit);
            }

            SqliteAuditWriter.WriteAsync(transaction, transaction.Audit).AtOnce();
            connection.Run("COMMIT");
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
            connection.Run("SAVEPOINT unit");
        }

        try
        {
            unit.Run(transaction);
            if (!unit.RecordsOnly)
            {
                connection.Run("RELEASE unit");
            }

            return null;
        }
        catch (Exception exception) when (exception is not (StorageUnavailableException or FsyncFailedException))
        {
            transaction.Audit.CutBackTo(recorded);
            if (!unit.RecordsOnly)
            {
                connection.Run("ROLLBACK TO unit");
                connection.Run("RELEASE unit");
            }

            return exception;
        }
    }

    private void RollBack()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) != 0)
        {
            return;
        }

        try
        {
            connection.Run("ROLLBACK");
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
}
