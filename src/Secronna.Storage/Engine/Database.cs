namespace Secronna.Storage.Engine;

/// <summary>
/// A database, open: rows in, rows out; it sees ciphertexts and wrapped keys only. Of the engines that there are, SQLite
/// has one writer with group commit, and PostgreSQL many at once, from several nodes.
/// </summary>
public abstract class Database : IAsyncDisposable
{
    /// <summary>The meter that the storage's metrics are under.</summary>
    public const string MeterName = "Secronna.Storage";

    private protected Database(DatabaseEngine engine) => Engine = engine;

    /// <summary>Where it is.</summary>
    public DatabaseEngine Engine { get; }

    /// <summary>Reads. Each statement sees all that was acknowledged before it began.</summary>
    /// <exception cref="StorageUnavailableException">The database can't answer now.</exception>
    public abstract ValueTask<T> ReadAsync<TState, T>(TState state, Func<Session, TState, ValueTask<T>> read);

    /// <summary>Reads, where an allocation for the closure does not matter.</summary>
    /// <exception cref="StorageUnavailableException">The database can't answer now.</exception>
    public ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read) =>
        ReadAsync(read, static (session, read) => read(session));

    /// <summary>Reads several statements' worth of one state: of all that was acknowledged before it began.</summary>
    /// <exception cref="StorageUnavailableException">The database can't answer now.</exception>
    public abstract ValueTask<T> ReadSnapshotAsync<TState, T>(TState state, Func<Session, TState, ValueTask<T>> read);

    /// <summary>
    /// Reads a state and records what is done with it: the result comes back only when the entries that
    /// <paramref name="work"/> appended are durable (S18). It may write nothing else.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The entries could not be made durable; nothing was kept.</exception>
    public abstract Task<T> RecordAsync<TState, T>(
        TState state, Func<Session, AuditTrail, TState, ValueTask<T>> work, int weight = 1);

    /// <summary>Comes back when the entries are durable.</summary>
    /// <exception cref="StorageUnavailableException">They could not be made so; nothing was kept.</exception>
    public virtual Task AppendAsync(params IReadOnlyList<AuditEntry> entries) =>
        RecordAsync(entries, static (_, audit, entries) =>
        {
            audit.AppendAll(entries);
            return new ValueTask<bool>(true);
        }, weight: entries.Count);

    /// <summary>
    /// Runs a unit of work and answers when it is durable. What it throws undoes it alone and comes back to the caller.
    /// It must not wait for anything but the database, and should take a few milliseconds at most.
    /// </summary>
    /// <param name="state">What the work needs.</param>
    /// <param name="work">The work. Where others write at the same time it may be undone and run again.</param>
    /// <param name="weight">About the rows that it writes: how much of a batch it takes.</param>
    /// <exception cref="StorageUnavailableException">
    /// It could not be made durable, and is not reported as done (S30). Nothing of it was kept, or, where the connection was
    /// lost while committing, all of it may have been.
    /// </exception>
    public abstract Task<T> WriteAsync<TState, T>(
        TState state, Func<Transaction, TState, ValueTask<T>> work, int weight = 1);

    /// <summary>Runs a unit of work, where an allocation for the closure does not matter.</summary>
    /// <exception cref="StorageUnavailableException">The work could not be made durable, and is not reported as done (S30).</exception>
    public Task<T> WriteAsync<T>(Func<Transaction, ValueTask<T>> work, int weight = 1) =>
        WriteAsync(work, static (transaction, work) => work(transaction), weight);

    /// <summary>Has what was deleted leave the database's files soon, where that is the program's to do (S15).</summary>
    public abstract void ForgetDeleted();

    /// <summary>The clock of instants and of the audit trail: on PostgreSQL the database's, the same for every node.</summary>
    public ValueTask<long> NowAsync() => ReadAsync(0, static async (session, _) =>
    {
        await using var query = session.Prepare("SELECT now_us()");
        await query.ReadAsync();
        return query.GetInt64(0);
    });

    /// <summary>Finishes what is queued and closes.</summary>
    public abstract ValueTask DisposeAsync();
}
