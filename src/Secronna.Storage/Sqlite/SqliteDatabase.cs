using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>Reads on connections of their own, writes through one writer with group commit.</summary>
internal sealed class SqliteDatabase : Database
{
    private const int WriterCacheKibibytes = 16 * 1_024;
    private const int Readers = 16;

    private readonly ReaderPool readers;
    private readonly GroupCommitWriter writer;

    public SqliteDatabase(DatabaseEngine engine, SqliteConnections connections, Action<string> onFsyncFailure)
        : base(engine)
    {
        readers = new ReaderPool(connections, Readers);
        writer = new GroupCommitWriter(new SqliteEngineConnection(connections.Open(WriterCacheKibibytes)), onFsyncFailure);
        // What a delete before the last stop left in the log (S15).
        writer.TruncateWal();
    }

    public override ValueTask<T> ReadAsync<TState, T>(TState state, Func<Session, TState, ValueTask<T>> read) =>
        readers.ReadAsync((state, read), static (connection, it) => it.read(new Session(connection), it.state));

    public override ValueTask<T> ReadSnapshotAsync<TState, T>(TState state, Func<Session, TState, ValueTask<T>> read) =>
        readers.ReadAsync((state, read), static async (connection, it) =>
        {
            connection.Run("BEGIN");
            try
            {
                return await it.read(new Session(connection), it.state);
            }
            finally
            {
                connection.Run("COMMIT");
            }
        });

    public override Task<T> RecordAsync<TState, T>(
        TState state, Func<Session, AuditTrail, TState, ValueTask<T>> work, int weight = 1) =>
        EnqueueAsync(
            (state, work), static (transaction, it) => it.work(transaction, transaction.Audit, it.state), weight, true);

    public override Task<T> WriteAsync<TState, T>(
        TState state, Func<Transaction, TState, ValueTask<T>> work, int weight = 1) =>
        EnqueueAsync(state, work, weight, false);

    public override void ForgetDeleted() => writer.TruncateWal();

    public override ValueTask DisposeAsync()
    {
        readers.Dispose();
        writer.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<T> EnqueueAsync<TState, T>(
        TState state, Func<Transaction, TState, ValueTask<T>> work, int weight, bool recordsOnly)
    {
        var unit = new UnitOfWork<TState, T>(state, work) { RecordsOnly = recordsOnly, Weight = weight };
        writer.Enqueue(unit);
        return unit.Done;
    }
}
