using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>A database file. Reads run on pooled connections; all writes go through one writer with group commit.</summary>
internal sealed class SqliteDatabase : Database
{
    private const int WriterCacheKibibytes = 16 * 1_024;
    private const int MaxReaders = 16;

    private readonly ReaderPool readers;
    private readonly GroupCommitWriter writer;

    public SqliteDatabase(
        DatabaseEngine engine, SqliteConnections connections, Action<string> onFsyncFailure, ClockJudge? clock)
        : base(engine)
    {
        readers = new ReaderPool(connections, MaxReaders);
        var connection = new SqliteEngineConnection(connections.Open(WriterCacheKibibytes));
        var transaction = new BatchTransaction(connection, new CommitClock(clock, connections.Now));
        writer = new GroupCommitWriter(connection, transaction, onFsyncFailure, CountFailure);
        // Content that was deleted before the last stop may still be in the log (S15).
        writer.RequestWalTruncation();
    }

    public override int MaxReads => MaxReaders;

    // There is one writer. Some units more fill its batches.
    public override int MaxWrites => 8;

    public override ValueTask<T> ReadAsync<TState, T>(
        TState state, Func<Session, TState, ValueTask<T>> read, CancellationToken cancellation = default) =>
        readers.ReadAsync(state, read, isSnapshot: false, cancellation);

    public override ValueTask<T> ReadSnapshotAsync<TState, T>(
        TState state, Func<Session, TState, ValueTask<T>> read, CancellationToken cancellation = default) =>
        readers.ReadAsync(state, read, isSnapshot: true, cancellation);

    public override Task<T> RecordAsync<TState, T>(
        TState state, Func<Session, AuditTrail, TState, ValueTask<T>> work, int weight = 1, Func<TState, T, bool>? isQuick = null)
    {
        var unit = new UnitOfWork<(TState state, Func<Session, AuditTrail, TState, ValueTask<T>> work, Func<TState, T, bool>? isQuick), T>(
            (state, work, isQuick), static (transaction, call) => call.work(transaction, transaction.Audit, call.state),
            static (call, result) => call.isQuick is not null && call.isQuick(call.state, result))
        {
            RecordsOnly = true,
            Weight = weight,
        };
        return EnqueueAsync(unit);
    }

    public override Task<T> WriteAsync<TState, T>(
        TState state, Func<Transaction, TState, ValueTask<T>> work, int weight = 1) =>
        EnqueueAsync(new UnitOfWork<TState, T>(state, work) { RecordsOnly = false, Weight = weight });

    public override async ValueTask<DiskRoom?> FindDiskRoomAsync()
    {
        var reusable = await ReadAsync(0, static async (session, _) =>
            await ReadNumberAsync(session, "PRAGMA freelist_count") * await ReadNumberAsync(session, "PRAGMA page_size"));
        try
        {
            // On Unix any folder names the volume that it is on.
            var volume = new DriveInfo(Path.GetDirectoryName(Engine.FilePath)!);
            return new DiskRoom(volume.AvailableFreeSpace, volume.TotalSize, reusable);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public override void EraseDeletedInBackground() => writer.RequestWalTruncation();

    public override ValueTask DisposeAsync()
    {
        readers.Dispose();
        writer.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async ValueTask<long> ReadNumberAsync(Session session, string pragma)
    {
        await using var query = session.Prepare(pragma);
        return await query.ReadAsync() ? query.GetInt64(0) : 0;
    }

    private Task<T> EnqueueAsync<TState, T>(UnitOfWork<TState, T> unit)
    {
        writer.Enqueue(unit);
        return unit.Done;
    }
}
