using System.Collections.Concurrent;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>A pool of connections that read. It opens a connection when none is idle.</summary>
/// <param name="connections">Opens the connections.</param>
/// <param name="size">The largest number of connections in use at once.</param>
internal sealed class ReaderPool(SqliteConnections connections, int size) : IDisposable
{
    private const int CacheKibibytes = 2_048;

    private readonly ConcurrentStack<SqliteEngineConnection> idle = new();
    private readonly SemaphoreSlim slots = new(size);
    private volatile bool isDisposed;

    /// <summary>Reads on a connection of the pool.</summary>
    /// <param name="state">The state that is given to <paramref name="read"/>.</param>
    /// <param name="read">The work.</param>
    /// <param name="isSnapshot">Whether all statements see the same state.</param>
    /// <param name="cancellation">Stops the wait for a connection, and the statement that is running.</param>
    /// <exception cref="OperationCanceledException">The read was stopped.</exception>
    /// <exception cref="StorageUnavailableException">No connection became free in time, or none could be opened.</exception>
    public async ValueTask<T> ReadAsync<TState, T>(
        TState state, Func<Session, TState, ValueTask<T>> read, bool isSnapshot, CancellationToken cancellation)
    {
        if (!await slots.WaitAsync(SqlitePragmas.BusyTimeout, cancellation))
        {
            throw new StorageUnavailableException("all reading connections are busy");
        }

        try
        {
            if (cancellation.CanBeCanceled)
            {
                // A read holds its thread, which may be the one that would notice that the client has gone: the server handles
                // requests on the threads that receive them.
                await Task.Yield();
            }

            ObjectDisposedException.ThrowIf(isDisposed, this);
            var connection = idle.TryPop(out var pooled) ? pooled : Open();
            try
            {
                return isSnapshot
                    ? await ReadSnapshotAsync(connection, state, read, cancellation)
                    : await ReadAsync(connection, state, read, cancellation);
            }
            finally
            {
                GiveBack(connection);
            }
        }
        finally
        {
            slots.Release();
        }
    }

    private static async ValueTask<T> ReadSnapshotAsync<TState, T>(
        SqliteEngineConnection connection, TState state, Func<Session, TState, ValueTask<T>> read, CancellationToken cancellation)
    {
        connection.Run("BEGIN");
        try
        {
            return await ReadAsync(connection, state, read, cancellation);
        }
        finally
        {
            // Nothing stops this statement. The next reader must not get a connection with an open transaction.
            connection.Run("COMMIT");
        }
    }

    private static async ValueTask<T> ReadAsync<TState, T>(
        SqliteEngineConnection connection, TState state, Func<Session, TState, ValueTask<T>> read, CancellationToken cancellation)
    {
        connection.Cancellation = cancellation;
        try
        {
            return await read(new Session(connection, cancellation), state);
        }
        catch (StorageUnavailableException exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("the read was stopped", exception, cancellation);
        }
        finally
        {
            connection.Cancellation = CancellationToken.None;
        }
    }

    public void Dispose()
    {
        isDisposed = true;
        while (idle.TryPop(out var connection))
        {
            connection.Dispose();
        }
    }

    private void GiveBack(SqliteEngineConnection connection)
    {
        idle.Push(connection);
        // Dispose may have run between the check in ReadAsync and the push.
        if (isDisposed && idle.TryPop(out var pooled))
        {
            pooled.Dispose();
        }
    }

    private SqliteEngineConnection Open()
    {
        try
        {
            var connection = new SqliteEngineConnection(connections.Open(CacheKibibytes));
            connection.LetStatementsStop();
            return connection;
        }
        catch (StorageSetupException exception)
        {
            throw new StorageUnavailableException(exception.Message, exception);
        }
    }
}
