using System.Diagnostics;
using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>A database of a PostgreSQL server. Many reads and writes run at once on pooled connections.</summary>
internal sealed class PostgresDatabase : Database
{
    private const string BeginSnapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    private static readonly TimeSpan MaxWriteWait = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan MaxReadWait = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource source;
    private readonly ClockJudge? clock;
    private readonly AuditAppender appender;

    // A writer holds its connection while it waits for a row's lock. So writers get at most half of the pool, and the rest is
    // left for readers and audit records. A reader holds its connection only for a moment. Readers get at most a third of the
    // pool, because each connection is another process of the server, and switching between many processes costs more than a
    // short wait.
    private readonly ConnectionSlots readers;
    private readonly ConnectionSlots writers;

    public PostgresDatabase(DatabaseEngine engine, NpgsqlDataSource source, int poolSize, ClockJudge? clock)
        : base(engine)
    {
        this.source = source;
        this.clock = clock;
        MaxReads = Math.Max(1, poolSize / 3);
        readers = new ConnectionSlots(MaxReads, MaxReadWait, "too many reads are waiting");
        MaxWrites = Math.Max(1, poolSize / 2);
        writers = new ConnectionSlots(MaxWrites, MaxWriteWait, "too many writes are waiting");
        appender = new AuditAppender(source, clock, CountFailure);
    }

    public override int MaxReads { get; }

    public override int MaxWrites { get; }

    public override async ValueTask<T> ReadAsync<TState, T>(
        TState state, Func<Session, TState, ValueTask<T>> read, CancellationToken cancellation = default)
    {
        using var slot = await readers.EnterAsync(cancellation);
        await using var connection = new PostgresEngineConnection(source) { Cancellation = cancellation };
        return await read(new Session(connection, cancellation), state);
    }

    public override async ValueTask<T> ReadSnapshotAsync<TState, T>(
        TState state, Func<Session, TState, ValueTask<T>> read, CancellationToken cancellation = default)
    {
        using var slot = await readers.EnterAsync(cancellation);
        await using var connection = new PostgresEngineConnection(source) { Cancellation = cancellation };
        var scope = new PostgresTransactionScope(connection, BeginSnapshot);
        try
        {
            var result = await read(new Session(connection, cancellation), state);
            await scope.CommitAsync([]);
            return result;
        }
        catch
        {
            await scope.RollBackAsync();
            throw;
        }
    }

    public override async Task<T> RecordAsync<TState, T>(
        TState state, Func<Session, AuditTrail, TState, ValueTask<T>> work, int weight = 1, Func<TState, T, bool>? isQuick = null)
    {
        var audit = new AuditTrail();
        var result = await ReadAsync(
            (state, audit, work), static (session, call) => call.work(session, call.audit, call.state));
        if (audit.Count > 0)
        {
            await appender.AppendAsync(audit.Entries);
        }

        return result;
    }

    public override Task AppendAsync(params IReadOnlyList<EncodedEntry> entries) => appender.AppendAsync(entries);

    public override async Task<T> WriteAsync<TState, T>(
        TState state, Func<Transaction, TState, ValueTask<T>> work, int weight = 1)
    {
        using var slot = await writers.EnterAsync();
        var started = Stopwatch.GetTimestamp();
        try
        {
            var result = await PostgresUnits.RunAsync(source, clock, state, work);
            StorageMetrics.BatchCommitted(1, Stopwatch.GetElapsedTime(started));
            return result;
        }
        catch (StorageUnavailableException exception)
        {
            CountFailure(exception);
            StorageMetrics.BatchFailed();
            throw;
        }
    }

    public override ValueTask<DiskRoom?> FindDiskRoomAsync() => new((DiskRoom?)null);

    /// <summary>Does nothing: PostgreSQL's vacuum removes what was deleted.</summary>
    public override void EraseDeletedInBackground()
    {
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        readers.Dispose();
        writers.Dispose();
    }
}
