using Secronna.Storage.Engine;

namespace Secronna.Storage;

/// <summary>
/// The database: reads on sessions of their own, writes through one writer with group commit. Rows in, rows out; it
/// sees ciphertexts and wrapped keys only.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    /// <summary>The meter that the storage's metrics are under.</summary>
    public const string MeterName = "Secronna.Storage";

    private const int WriterCacheKibibytes = 16 * 1_024;
    private const int Readers = 16;

    private readonly SqliteConnections connections;
    private readonly ReaderPool readers;
    private readonly GroupCommitWriter writer;

    private Database(SqliteConnections connections, TimeProvider time, Action<string> onFsyncFailure)
    {
        this.connections = connections;
        readers = new ReaderPool(connections, Readers);
        writer = new GroupCommitWriter(new Transaction(connections.Open(WriterCacheKibibytes)), time, onFsyncFailure);
        // What a delete before the last stop left in the log (S15).
        writer.TruncateWal();
    }

    /// <summary>Opens a migrated database.</summary>
    /// <param name="connectionString">SQLite: <c>Data Source=FILE</c>.</param>
    /// <param name="time">The clock of audit entries.</param>
    /// <param name="onFsyncFailure">Must end the process: what was written may be lost, and nothing can tell (S30).</param>
    /// <exception cref="StorageSetupException">The database can't be used; the message says why.</exception>
    public static Database Open(string connectionString, TimeProvider time, Action<string> onFsyncFailure)
    {
        var connections = new SqliteConnections(connectionString);
        Migrator.RequireCurrent(connections);
        return new Database(connections, time, onFsyncFailure);
    }

    /// <summary>The path of the database's file.</summary>
    public string FilePath => connections.FilePath;

    /// <summary>Reads. Each statement sees all that was acknowledged before it began.</summary>
    /// <exception cref="StorageUnavailableException">The database can't answer now.</exception>
    public ValueTask<T> ReadAsync<TState, T>(TState state, Func<Session, TState, ValueTask<T>> read) =>
        readers.ReadAsync(state, read);

    /// <summary>Reads several statements' worth of one state: of all that was acknowledged before it began.</summary>
    /// <exception cref="StorageUnavailableException">The database can't answer now.</exception>
    public ValueTask<T> ReadSnapshotAsync<TState, T>(TState state, Func<Session, TState, ValueTask<T>> read) =>
        readers.ReadAsync((state, read), static async (session, it) =>
        {
            session.Run("BEGIN");
            try
            {
                return await it.read(session, it.state);
            }
            finally
            {
                session.Run("COMMIT");
            }
        });

    /// <summary>
    /// Reads a state and records what is done with it, in one step: the result comes back only when the entries that
    /// <paramref name="work"/> appended are durable (S18). It may write nothing else.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The entries could not be made durable; nothing was kept.</exception>
    public Task<T> RecordAsync<TState, T>(
        TState state, Func<Session, AuditTrail, TState, ValueTask<T>> work, int weight = 1) =>
        EnqueueAsync(
            (state, work), static (transaction, it) => it.work(transaction, transaction.Audit, it.state), weight, true);

    /// <summary>
    /// Runs a unit of work and answers when it is durable. What it throws undoes it alone and comes back to the caller.
    /// It must not wait for anything but the database, and should take a few milliseconds at most.
    /// </summary>
    /// <param name="state">What the work needs.</param>
    /// <param name="work">The work; it runs once.</param>
    /// <param name="weight">About the rows that it writes: how much of a batch it takes.</param>
    /// <exception cref="StorageUnavailableException">It could not be made durable; nothing of it was kept (S30).</exception>
    public Task<T> WriteAsync<TState, T>(
        TState state, Func<Transaction, TState, ValueTask<T>> work, int weight = 1) =>
        EnqueueAsync(state, work, weight, false);

    /// <summary>Has the log truncated, so that what was deleted leaves the database's files soon (S15).</summary>
    public void ForgetDeleted() => writer.TruncateWal();

    /// <summary>Finishes what is queued and closes.</summary>
    public ValueTask DisposeAsync()
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
