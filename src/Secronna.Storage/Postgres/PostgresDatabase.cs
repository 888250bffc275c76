using System.Diagnostics;
using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>Reads and writes on connections of a pool, many at once; entries of reveals share commits.</summary>
internal sealed class PostgresDatabase : Database
{
    private const int Attempts = 8;

    private const string Begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
    private const string BeginSnapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    // All of it ends with the transaction. A row that is held by a node which stands still is free again before others stop
    // waiting for it. A commit waits for its fsync also where somebody has set otherwise since the start (S30).
    private const string Settings = """
        SELECT set_config('lock_timeout', '8s', true), set_config('idle_in_transaction_session_timeout', '5s', true),
            set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), true)
        """;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LongestReadWait = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource source;
    private readonly AuditAppender appender;

    // Writers that wait for a row hold a connection each: some are left for those who read and record. Readers hold one for
    // a moment, and a few of them keep the server busier than many, each of which is another process that it switches to.
    private readonly SemaphoreSlim readers;
    private readonly SemaphoreSlim writers;

    public PostgresDatabase(DatabaseEngine engine, NpgsqlDataSource source, int poolSize)
        : base(engine)
    {
        this.source = source;
        readers = new SemaphoreSlim(Math.Max(1, poolSize / 3));
        writers = new SemaphoreSlim(Math.Max(1, poolSize / 2));
        appender = new AuditAppender(source);
    }

    public override async ValueTask<T> ReadAsync<TState, T>(TState state, Func<Session, TState, ValueTask<T>> read)
    {
        using var place = await EnterAsync(readers, LongestReadWait, "too many reads are waiting");
        await using var connection = new PostgresEngineConnection(source);
        return await read(new Session(connection), state);
    }

    public override async ValueTask<T> ReadSnapshotAsync<TState, T>(TState state, Func<Session, TState, ValueTask<T>> read)
    {
        using var place = await EnterAsync(readers, LongestReadWait, "too many reads are waiting");
        await using var connection = new PostgresEngineConnection(source);
        connection.Begin(BeginSnapshot, Settings);
        try
        {
            var result = await read(new Session(connection), state);
            await connection.CommitAsync([]);
            return result;
        }
        catch
        {
            await connection.RollBackAsync();
            throw;
        }
    }

    public override async Task<T> RecordAsync<TState, T>(
        TState state, Func<Session, AuditTrail, TState, ValueTask<T>> work, int weight = 1)
    {
        var audit = new AuditTrail();
        var result = await ReadAsync((state, audit, work), static (session, it) => it.work(session, it.audit, it.state));
        if (audit.Count > 0)
        {
            await appender.AppendAsync(audit.Entries);
        }

        return result;
    }

    public override Task AppendAsync(params IReadOnlyList<AuditEntry> entries) => appender.AppendAsync(entries);

    public override async Task<T> WriteAsync<TState, T>(
        TState state, Func<Transaction, TState, ValueTask<T>> work, int weight = 1)
    {
        using var place = await EnterAsync(writers, LongestWait, "too many writes are waiting");
        var started = Stopwatch.GetTimestamp();
        try
        {
            var result = await WriteAsync(source, state, work);
            StorageMetrics.BatchCommitted(1, Stopwatch.GetElapsedTime(started));
            return result;
        }
        catch (StorageUnavailableException)
        {
            StorageMetrics.BatchFailed();
            throw;
        }
    }

    /// <summary>Runs a unit of work in a transaction of its own, and again where PostgreSQL undid it in favour of another.</summary>
    public static async Task<T> WriteAsync<TState, T>(
        NpgsqlDataSource source, TState state, Func<Transaction, TState, ValueTask<T>> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryWriteAsync(source, state, work);
            }
            catch (ConflictException) when (attempt < Attempts)
            {
                // Undone by PostgreSQL, nothing of it is left: again.
            }
            catch (ConflictException exception)
            {
                throw new StorageUnavailableException("too many transactions wait for each other", exception);
            }
        }
    }

    /// <summary>PostgreSQL's own vacuum does it.</summary>
    public override void ForgetDeleted()
    {
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        readers.Dispose();
        writers.Dispose();
    }

    private static async ValueTask<ConnectionSlot> EnterAsync(SemaphoreSlim slots, TimeSpan longest, string refusal) =>
        await slots.WaitAsync(longest) ? new ConnectionSlot(slots) : throw new StorageUnavailableException(refusal);

    private static async Task<T> TryWriteAsync<TState, T>(
        NpgsqlDataSource source, TState state, Func<Transaction, TState, ValueTask<T>> work)
    {
        await using var connection = new PostgresEngineConnection(source);
        connection.Begin(Begin, Settings);
        try
        {
            var transaction = new Transaction(connection);
            var result = await work(transaction, state);
            await connection.CommitAsync(PostgresAuditEntries.ToCommands(transaction.Audit.Entries));
            return result;
        }
        catch
        {
            await connection.RollBackAsync();
            throw;
        }
    }

    /// <summary>Held by whoever uses a connection.</summary>
    private readonly struct ConnectionSlot(SemaphoreSlim slots) : IDisposable
    {
        public void Dispose() => slots.Release();
    }
}
