using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Runs the units of a batch in one transaction, each in its own savepoint, then writes the audit entries of all and commits
/// once.
/// </summary>
internal sealed class BatchTransaction
{
    private readonly SqliteEngineConnection connection;
    private readonly Transaction transaction;
    private readonly SegmentWriter segments = new();
    private readonly SealedRows sealedRows = new();
    private readonly CommitClock clock;

    public BatchTransaction(SqliteEngineConnection connection, CommitClock clock)
    {
        this.connection = connection;
        this.clock = clock;
        transaction = new Transaction(connection);
        // What is kept of these tables is dropped before it can change.
        connection.WatchTables(new HashSet<string>([.. SealedRows.Tables, "trail_epochs"]), () =>
        {
            sealedRows.Forget();
            segments.ForgetEpochs();
        });
    }

    /// <summary>
    /// Runs and commits a batch. A unit that throws is undone alone, and its <see cref="UnitOfWork.Error"/> is set. An error of
    /// the transaction itself (a full disk, an I/O error) undoes the whole batch (S30).
    /// </summary>
    /// <returns>The error for which nothing of the batch was kept; <c>null</c> when the batch was committed.</returns>
    /// <exception cref="FsyncFailedException">
    /// The disk did not confirm a write: nobody knows whether the batch was kept.
    /// </exception>
    public StorageUnavailableException? Commit(List<UnitOfWork> batch)
    {
        try
        {
            transaction.Audit.TruncateTo(0);
            transaction.StoredBytes.TruncateTo(0);
            connection.Run("BEGIN IMMEDIATE");
            if (segments.BeginAsync(transaction).RequireCompleted())
            {
                sealedRows.Forget();
            }

            foreach (var unit in batch)
            {
                unit.Error = RunUnit(unit);
            }

            WorkspaceTable.AddStoredBytesAsync(transaction).RequireCompleted();
            segments.WriteAsync(transaction, transaction.Audit).RequireCompleted();
            var reading = clock.Require();
            connection.Run("COMMIT");
            clock.NoteCommitted(reading, transaction.Audit);
            segments.GiveReceipts();
            return null;
        }
        catch (Exception exception) when (exception is not FsyncFailedException)
        {
            RollBack();
            return exception as StorageUnavailableException
                ?? new StorageUnavailableException("the transaction failed: " + exception.Message, exception);
        }
    }

    /// <summary>Runs a unit. Returns the unit's error if this unit alone was undone, else <c>null</c>.</summary>
    private Exception? RunUnit(UnitOfWork unit)
    {
        var (recorded, stored) = (transaction.Audit.Count, transaction.StoredBytes.Count);
        transaction.KnownRows = sealedRows.For(unit);
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
            transaction.Audit.TruncateTo(recorded);
            transaction.StoredBytes.TruncateTo(stored);
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
        segments.ForgetEnds();
        sealedRows.Forget();
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
            // Where ROLLBACK fails, SQLite has rolled back by itself. Nothing of the batch is left in either case.
            StorageMetrics.BatchFailed();
        }
    }
}
