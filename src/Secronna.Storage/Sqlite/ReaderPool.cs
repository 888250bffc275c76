using System.Collections.Concurrent;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>Reading connections, made when needed, kept for the next, at most so many at once.</summary>
internal sealed class ReaderPool(SqliteConnections connections, int size) : IDisposable
{
    private const int CacheKibibytes = 2_048;

    private readonly ConcurrentStack<SqliteEngineConnection> idle = new();
    private readonly SemaphoreSlim places = new(size);
    private volatile bool disposed;

    public async ValueTask<T> ReadAsync<TState, T>(TState state, Func<SqliteEngineConnection, TState, ValueTask<T>> read)
    {
        if (!await places.WaitAsync(SqliteConnections.BusyTimeout))
        {
            throw new StorageUnavailableException("all reading connections are busy");
        }

        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
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
            places.Release();
        }
    }

    public void Dispose()
    {
        disposed = true;
        while (idle.TryPop(out var connection))
        {
            connection.Dispose();
        }
    }

    private void GiveBack(SqliteEngineConnection connection)
    {
        idle.Push(connection);
        if (disposed && idle.TryPop(out var late))
        {
            late.Dispose();
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
