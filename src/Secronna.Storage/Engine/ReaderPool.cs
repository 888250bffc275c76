using System.Collections.Concurrent;

namespace Secronna.Storage.Engine;

/// <summary>Reading sessions, made when needed, kept for the next, at most so many at once.</summary>
internal sealed class ReaderPool(SqliteConnections connections, int size) : IDisposable
{
    private const int CacheKibibytes = 2_048;

    private readonly ConcurrentStack<Session> idle = new();
    private readonly SemaphoreSlim places = new(size);
    private volatile bool disposed;

    public async ValueTask<T> ReadAsync<TState, T>(TState state, Func<Session, TState, ValueTask<T>> read)
    {
        if (!await places.WaitAsync(SqliteConnections.BusyTimeout))
        {
            throw new StorageUnavailableException("all reading sessions are busy");
        }

        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            var session = idle.TryPop(out var pooled) ? pooled : OpenSession();
            try
            {
                return await read(session, state);
            }
            finally
            {
                GiveBack(session);
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
        while (idle.TryPop(out var session))
        {
            session.Dispose();
        }
    }

    private void GiveBack(Session session)
    {
        idle.Push(session);
        if (disposed && idle.TryPop(out var late))
        {
            late.Dispose();
        }
    }

    private Session OpenSession()
    {
        try
        {
            return new Session(connections.Open(CacheKibibytes));
        }
        catch (StorageSetupException exception)
        {
            throw new StorageUnavailableException(exception.Message, exception);
        }
    }
}
