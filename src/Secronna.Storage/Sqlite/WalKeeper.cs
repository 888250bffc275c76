using System.Diagnostics;
using SQLitePCL;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Keeps the write-ahead log short. It moves the log's pages into the database when there are many, and truncates the log on
/// request; while readers prevent the truncation, it tries again (S15). It runs on the writer's thread, between batches.
/// </summary>
internal sealed class WalKeeper(SqliteEngineConnection connection)
{
    private const int PagesBeforeCheckpoint = 4_000;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    // Nobody can write while a truncation waits for readers. So it does not wait for them. Only if readers have prevented it for
    // some seconds does it wait once, and then not again for as many seconds: for a hundredth of the time.
    private const int PatienceMilliseconds = 100;
    private static readonly TimeSpan PatientAfter = TimeSpan.FromSeconds(10);

    private volatile bool isTruncationRequested;
    private long lastTruncation;
    private long? hinderedSince;
    private int pagesAtCheckpoint;

    /// <summary>The longest time until <see cref="Maintain"/> must be called again.</summary>
    public TimeSpan MaxSleep => isTruncationRequested ? RetryAfter : Timeout.InfiniteTimeSpan;

    public void RequestTruncation() => isTruncationRequested = true;

    /// <summary>Truncates the log or moves its pages, if that is due.</summary>
    /// <exception cref="FsyncFailedException">The disk did not confirm a write.</exception>
    public void Maintain()
    {
        if (isTruncationRequested && Stopwatch.GetElapsedTime(lastTruncation) >= RetryAfter)
        {
            var isPatient = hinderedSince is { } since && Stopwatch.GetElapsedTime(since) >= PatientAfter;
            Truncate(isPatient ? PatienceMilliseconds : 0);
        }
        else if (PagesWritten() - pagesAtCheckpoint >= PagesBeforeCheckpoint)
        {
            Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
        }
    }

    /// <summary>Truncates the log a last time, so that one file is left if nobody else has the database open.</summary>
    public void Close() => Truncate(PatienceMilliseconds);

    private void Truncate(int waitMilliseconds)
    {
        _ = raw.sqlite3_busy_timeout(connection.Handle, waitMilliseconds);
        isTruncationRequested = !Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE);
        lastTruncation = Stopwatch.GetTimestamp();
        if (!isTruncationRequested || waitMilliseconds > 0)
        {
            hinderedSince = null;
        }

        if (isTruncationRequested)
        {
            hinderedSince ??= lastTruncation;
        }

        _ = raw.sqlite3_busy_timeout(connection.Handle, (int)SqlitePragmas.BusyTimeout.TotalMilliseconds);
    }

    private bool Checkpoint(int mode)
    {
        pagesAtCheckpoint = PagesWritten();
        var result = raw.sqlite3_wal_checkpoint_v2(connection.Handle, null, mode, out _, out _);
        if (SqliteResult.IsFsyncFailure(connection.Handle, result))
        {
            throw new FsyncFailedException();
        }

        // Any other error (a reader, a full disk) leaves the log as it was. Nothing is lost, and the checkpoint is tried again.
        return result == raw.SQLITE_OK;
    }

    private int PagesWritten()
    {
        _ = raw.sqlite3_db_status(connection.Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 0);
        return pages;
    }
}
