using System.Diagnostics;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// The only writer of the database, on a thread of its own. It takes the queued units of work in batches; each batch has one
/// commit and one fsync. The units are answered after the commit.
/// </summary>
internal sealed class GroupCommitWriter : IDisposable
{
    private readonly UnitQueue queue = new();
    private readonly List<UnitOfWork> batch = [];
    private readonly SqliteEngineConnection connection;
    private readonly BatchTransaction transaction;
    private readonly WalKeeper wal;
    private readonly Action<string> onFsyncFailure;
    private readonly Action<StorageUnavailableException> onFailure;
    private readonly Thread thread;

    /// <param name="connection">The writer's connection.</param>
    /// <param name="transaction">The transaction of this connection that runs the batches.</param>
    /// <param name="onFsyncFailure">Called when the disk did not confirm a write; must end the process (S30).</param>
    /// <param name="onFailure">Called with the error of each batch of which nothing was kept.</param>
    public GroupCommitWriter(
        SqliteEngineConnection connection, BatchTransaction transaction, Action<string> onFsyncFailure,
        Action<StorageUnavailableException> onFailure)
    {
        this.connection = connection;
        this.transaction = transaction;
        this.onFsyncFailure = onFsyncFailure;
        this.onFailure = onFailure;
        wal = new WalKeeper(connection);
        thread = new Thread(Loop) { IsBackground = true, Name = "secronna writer" };
        thread.Start();
    }

    public void Enqueue(UnitOfWork unit) => queue.Add(unit);

    /// <summary>
    /// Requests that the log is truncated as soon as no reader uses it, so that deleted content leaves its pages (S15).
    /// </summary>
    public void RequestWalTruncation()
    {
        wal.RequestTruncation();
        queue.Wake();
    }

    /// <summary>Finishes the queued units, then stops the thread and closes the connection.</summary>
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
        WriterThread.Enter();
        try
        {
            while (queue.TakeBatch(batch, wal.MaxSleep))
            {
                if (batch.Count > 0)
                {
                    Commit();
                }

                wal.Maintain();
            }
        }
        catch (FsyncFailedException exception)
        {
            onFsyncFailure(exception.Message);
            FailEverything(new StorageUnavailableException(exception.Message, exception));
        }
    }

    private void Commit()
    {
        var started = Stopwatch.GetTimestamp();
        if (transaction.Commit(batch) is { } error)
        {
            onFailure(error);
            FailBatch(error);
            StorageMetrics.BatchFailed();
            return;
        }

        StorageMetrics.BatchCommitted(batch.Count, Stopwatch.GetElapsedTime(started));
        BatchReplies.Send(batch);
        batch.Clear();
    }

    // After a failed fsync no write can be confirmed any more, so the queued units fail too.
    private void FailEverything(StorageUnavailableException exception)
    {
        queue.Close();
        queue.TakeAll(batch);
        FailBatch(exception);
    }

    private void FailBatch(StorageUnavailableException exception)
    {
        batch.ForEach(unit => unit.Error = exception);
        BatchReplies.Send(batch);
        batch.Clear();
    }
}
