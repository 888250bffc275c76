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

    /// <exception cref="StorageUnavailableException">No connection became free in time, or none could be opened.</exception>
    public async ValueTask<T> ReadAsync<TState, T>(TState state, Func<SqliteEngineConnection, TState, ValueTask<T>> read)
    {
        if (!await slots.WaitAsync(SqlitePragmas.BusyTimeout))
        {
            throw new StorageUnavailableException("all reading connections are busy");
        }

        try
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            var connection = idle.TryPop(out var pooled) ? pooled : Open();
            try
            {
                return await read(connection, state);
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
            return new SqliteEngineConnection(connections.Open(CacheKibibytes));
        }
        catch (StorageSetupException exception)
        {
            throw new StorageUnavailableException(exception.Message, exception);
        }
    }
}
