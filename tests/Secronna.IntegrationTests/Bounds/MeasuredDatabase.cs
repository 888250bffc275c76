using System.Runtime.InteropServices;
using Secronna.Storage.Engine;
using Secronna.Storage.Sqlite;

namespace Secronna.IntegrationTests.Bounds;

/// <summary>A database that measures what its reads cost.</summary>
internal sealed partial class MeasuredDatabase(DatabaseEngine engine, Database inner, ReadCost cost) : Database(engine)
{
    private const int VirtualMachineSteps = 4;

    public override ValueTask<T> ReadAsync<TState, T>(
        TState state, Func<Session, TState, ValueTask<T>> read, CancellationToken cancellation = default) =>
        inner.ReadAsync(session => MeasureAsync(session, state, read, cancellation), cancellation);

    public override ValueTask<T> ReadSnapshotAsync<TState, T>(
        TState state, Func<Session, TState, ValueTask<T>> read, CancellationToken cancellation = default) =>
        inner.ReadSnapshotAsync(state, (session, state) => MeasureAsync(session, state, read, cancellation), cancellation);

    public override Task<T> RecordAsync<TState, T>(
        TState state, Func<Session, AuditTrail, TState, ValueTask<T>> work, int weight = 1, Func<TState, T, bool>? isQuick = null) =>
        inner.RecordAsync(state, work, weight, isQuick);

    public override Task<T> WriteAsync<TState, T>(
        TState state, Func<Transaction, TState, ValueTask<T>> work, int weight = 1) => inner.WriteAsync(state, work, weight);

    public override int MaxReads => inner.MaxReads;

    public override int MaxWrites => inner.MaxWrites;

    public override ValueTask<DiskRoom?> FindDiskRoomAsync() => inner.FindDiskRoomAsync();

    public override void EraseDeletedInBackground() => inner.EraseDeletedInBackground();

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask<T> MeasureAsync<TState, T>(
        Session session, TState state, Func<Session, TState, ValueTask<T>> read, CancellationToken cancellation)
    {
        if (session.Connection is not SqliteEngineConnection sqlite)
        {
            return await read(new Session(new MeasuredConnection(session.Connection, cost), cancellation), state);
        }

        TakeSteps(sqlite);
        try
        {
            return await read(session, state);
        }
        finally
        {
            cost.Add(TakeSteps(sqlite));
        }
    }

    // The steps of all statements of a connection since the last call.
    private static long TakeSteps(SqliteEngineConnection connection)
    {
        var (steps, statement) = (0L, (nint)0);
        while ((statement = NextStatement(connection.Handle.DangerousGetHandle(), statement)) != 0)
        {
            steps += StatementStatus(statement, VirtualMachineSteps, reset: 1);
        }

        return steps;
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_next_stmt")]
    private static partial nint NextStatement(nint database, nint statement);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_stmt_status")]
    private static partial int StatementStatus(nint statement, int counter, int reset);
}
