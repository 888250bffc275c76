namespace Secronna.Storage.Engine;

/// <summary>
/// An open database. It stores and returns rows. It sees the ciphertexts and wrapped keys of secrets, and never a secret value.
/// SQLite has one writer with group commit; PostgreSQL has many writers at once, on several nodes.
/// </summary>
public abstract class Database : IAsyncDisposable
{
    /// <summary>The name of the meter of the storage's metrics.</summary>
    public const string MeterName = "Secronna.Storage";

    private long diskFullFailures;

    private protected Database(DatabaseEngine engine) => Engine = engine;

    /// <summary>The engine that opened this database.</summary>
    public DatabaseEngine Engine { get; }

    /// <summary>How many commits failed since this database was opened because its disk was full.</summary>
    public long DiskFullFailures => Interlocked.Read(ref diskFullFailures);

    /// <summary>The most reads that run at once. Further ones wait.</summary>
    public abstract int MaxReads { get; }

    /// <summary>The most writes that it is of use to run at once. Further ones only wait for the others.</summary>
    public abstract int MaxWrites { get; }

    /// <summary>Reads. Each statement sees everything that was acknowledged before the statement began.</summary>
    /// <param name="state">The state that is given to <paramref name="read"/>.</param>
    /// <param name="read">The work. It reads and writes nothing.</param>
    /// <param name="cancellation">
    /// Stops the read: a statement that is running, or the wait for a free connection. The connection stays usable.
    /// </param>
    /// <exception cref="OperationCanceledException">The read was stopped.</exception>
    /// <exception cref="StorageUnavailableException">The database can't answer now.</exception>
    public abstract ValueTask<T> ReadAsync<TState, T>(
        TState state, Func<Session, TState, ValueTask<T>> read, CancellationToken cancellation = default);

    /// <summary>Reads. Use this overload where the allocation of a closure does not matter.</summary>
    /// <inheritdoc cref="ReadAsync{TState, T}"/>
    public ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read, CancellationToken cancellation = default) =>
        ReadAsync(read, static (session, read) => read(session), cancellation);

    /// <summary>
    /// Reads with several statements that all see the same state. That state has everything that was acknowledged before the
    /// read.
    /// </summary>
    /// <inheritdoc cref="ReadAsync{TState, T}"/>
    public abstract ValueTask<T> ReadSnapshotAsync<TState, T>(
        TState state, Func<Session, TState, ValueTask<T>> read, CancellationToken cancellation = default);

    /// <summary>
    /// Reads, and records in the audit trail what is done with the result. Returns the result only when the entries that
    /// <paramref name="work"/> appended are durable (S18).
    /// </summary>
    /// <param name="state">The state that is given to <paramref name="work"/>.</param>
    /// <param name="work">The work. It may append audit entries and must write nothing else.</param>
    /// <param name="weight">About how many rows the work writes: its share of a batch.</param>
    /// <param name="isQuick">
    /// Whether the caller answers a result quickly. Then it may go on at the writer's thread, and must leave that thread before
    /// anything that may wait or may take long (<see cref="WriterThread.LeaveAsync"/>).
    /// </param>
    /// <exception cref="StorageUnavailableException">The entries could not be made durable; nothing was kept.</exception>
    public abstract Task<T> RecordAsync<TState, T>(
        TState state, Func<Session, AuditTrail, TState, ValueTask<T>> work, int weight = 1, Func<TState, T, bool>? isQuick = null);

    /// <summary>Records audit entries, and returns when they are durable.</summary>
    /// <exception cref="StorageUnavailableException">The entries could not be made durable; nothing was kept.</exception>
    public virtual Task AppendAsync(params IReadOnlyList<EncodedEntry> entries) =>
        RecordAsync(entries, static (_, audit, entries) =>
        {
            audit.AppendAll(entries);
            return new ValueTask<bool>(true);
        }, weight: entries.Count);

    /// <summary>
    /// Runs a unit of work, and returns its result when the work is durable. If the work throws, this unit alone is undone, and
    /// the caller gets the exception.
    /// </summary>
    /// <param name="state">The state that is given to <paramref name="work"/>.</param>
    /// <param name="work">
    /// The work. It must wait for nothing but the database, and should take a few milliseconds at most. On PostgreSQL the work
    /// may be undone in favour of another transaction and then run again, so it must change nothing outside of the database.
    /// </param>
    /// <param name="weight">About how many rows the work writes: its share of a batch.</param>
    /// <exception cref="StorageUnavailableException">
    /// The work could not be made durable, so it is not reported as done (S30). Nothing of the work was kept, with one exception:
    /// if the connection was lost during the commit, all of the work may have been kept.
    /// </exception>
    public abstract Task<T> WriteAsync<TState, T>(
        TState state, Func<Transaction, TState, ValueTask<T>> work, int weight = 1);

    /// <summary>Runs a unit of work. Use this overload where the allocation of a closure does not matter.</summary>
    /// <exception cref="StorageUnavailableException">
    /// The work could not be made durable, and is not reported as done (S30).
    /// </exception>
    public Task<T> WriteAsync<T>(Func<Transaction, ValueTask<T>> work, int weight = 1) =>
        WriteAsync(work, static (transaction, work) => work(transaction), weight);

    /// <summary>
    /// Starts to erase deleted content from the database's files, and returns at once (S15). Does nothing on PostgreSQL, whose
    /// vacuum erases deleted content.
    /// </summary>
    public abstract void EraseDeletedInBackground();

    /// <summary>
    /// The current time in microseconds since 1970, by the clock that gives instants and the times of audit entries. On
    /// PostgreSQL it is the database's clock, the same for every node.
    /// </summary>
    public ValueTask<long> NowAsync() => ReadAsync(0, static async (session, _) =>
    {
        await using var query = session.Prepare("SELECT now_us()");
        await query.ReadAsync();
        return query.GetInt64(0);
    });

    /// <summary>
    /// Looks how much room the database has on its disk. Returns <c>null</c> where the disk can't be seen, as on PostgreSQL, whose
    /// server may be on another machine.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The database can't answer now.</exception>
    public abstract ValueTask<DiskRoom?> FindDiskRoomAsync();

    /// <summary>Counts a commit that failed, if the reason was a full disk.</summary>
    private protected void CountFailure(StorageUnavailableException exception)
    {
        if (exception.IsDiskFull)
        {
            Interlocked.Increment(ref diskFullFailures);
        }
    }

    /// <summary>Finishes the queued units of work, then closes the database.</summary>
    public abstract ValueTask DisposeAsync();
}
