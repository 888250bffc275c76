using System.Diagnostics;
using SQLitePCL;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Keeps the write-ahead log short: moves its pages into the database when there are many, and truncates it when asked,
/// trying again while readers stand in the way (S15). Runs on the writer's thread, between batches.
/// </summary>
internal sealed class WalKeeper(SqliteEngineConnection connection)
{
    private const int PagesBeforeCheckpoint = 4_000;
    private const int TruncationWaitMilliseconds = 100;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    private volatile bool truncationWanted;
    private long lastTruncation;
    private int pagesAtCheckpoint;

    /// <summary>How long the writer may sleep.</summary>
    public TimeSpan Patience => truncationWanted ? RetryAfter : Timeout.InfiniteTimeSpan;

    public void WantTruncation() => truncationWanted = true;

    /// <summary>Does what is due.</summary>
    public void Keep()
    {
        if (truncationWanted && Stopwatch.GetElapsedTime(lastTruncation) >= RetryAfter)
        {
            Truncate();
        }
        else if (PagesWritten() - pagesAtCheckpoint >= PagesBeforeCheckpoint)
        {
            Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
        }
    }

    /// <summary>Leaves one file behind where nobody else has the database open.</summary>
    public void Close() => Truncate();

    // While it waits for readers, nobody can write: so it waits little and tries again.
    private void Truncate()
    {
        _ = raw.sqlite3_busy_timeout(connection.Handle, TruncationWaitMilliseconds);
        truncationWanted = !Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE);
        lastTruncation = Stopwatch.GetTimestamp();
        _ = raw.sqlite3_busy_timeout(connection.Handle, (int)SqliteConnections.BusyTimeout.TotalMilliseconds);
    }

    private bool Checkpoint(int mode)
    {
        pagesAtCheckpoint = PagesWritten();
        var result = raw.sqlite3_wal_checkpoint_v2(connection.Handle, null, mode, out _, out _);
        if (SqliteResult.IsFsyncFailure(connection.Handle, result))
        {
            throw new FsyncFailedException();
        }

        // Anything else (a reader, a full disk) leaves the log as it was: nothing is lost, and it is tried again.
        return result == raw.SQLITE_OK;
    }

    private int PagesWritten()
    {
        _ = raw.sqlite3_db_status(connection.Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 0);
        return pages;
    }
}
