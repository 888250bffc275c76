using System.Collections.Concurrent;
using Net.Pkcs11Interop.Common;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>A few sessions at a token, each used by one call at a time. A session in which a call fails is replaced.</summary>
internal sealed class Pkcs11SessionPool(Pkcs11Module module, Pkcs11Token token) : IDisposable
{
    private const int MaxSessions = 4;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentBag<Pkcs11Session> idle = [];
    private readonly NativeCalls calls = new(MaxSessions);
    private bool isClosed;

    /// <summary>Runs a call in a session. A call that fails in an old session is repeated once, in a new one.</summary>
    /// <param name="call">The call. It must use nothing that the caller reuses when it stops waiting.</param>
    /// <param name="used">What the call uses; disposed of when the call has returned.</param>
    /// <param name="discard">Receives the result if the caller has stopped waiting.</param>
    /// <param name="cancellation">Ends the waiting, not the call.</param>
    /// <returns>The call's result, or null if there is no such token now.</returns>
    /// <exception cref="Pkcs11Exception">The call failed in the new session too.</exception>
    /// <exception cref="Pkcs11PinException">The PIN is refused.</exception>
    public Task<T?> CallAsync<T>(Func<Pkcs11Session, T> call, IDisposable? used, Action<T?> discard, CancellationToken cancellation)
        where T : class => calls.RunAsync(() => CallInAnySession(call), used, discard, cancellation);

    /// <summary>Runs a call in a new session, which later calls may use again.</summary>
    /// <returns>The call's result, or null if there is no such token now.</returns>
    public T? CallInNewSession<T>(Func<Pkcs11Session, T> call)
        where T : class => token.Open() is { } session ? Use(session, call) : null;

    /// <summary>Closes the sessions and releases the library, but waits only a second for a call that hangs.</summary>
    public void Dispose()
    {
        // A library must not be finalized while a call is running. If a call hangs, closing continues when the call returns,
        // which may be never.
        if (!Interlocked.Exchange(ref isClosed, true))
        {
            Task.Factory.StartNew(Close, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Wait(CloseTimeout);
        }
    }

    private void Close()
    {
        calls.End();
        foreach (var session in idle)
        {
            session.Dispose();
        }

        module.Release();
    }

    private T? CallInAnySession<T>(Func<Pkcs11Session, T> call)
        where T : class =>
        idle.TryTake(out var session) && TryUse(session, call, out var result) ? result : CallInNewSession(call);

    private bool TryUse<T>(Pkcs11Session session, Func<Pkcs11Session, T> call, out T? result)
        where T : class
    {
        try
        {
            result = Use(session, call);
            return true;
        }
        catch (Pkcs11Exception)
        {
            result = null;
            return false;
        }
    }

    private T Use<T>(Pkcs11Session session, Func<Pkcs11Session, T> call)
    {
        var works = true;
        try
        {
            return call(session);
        }
        catch (Pkcs11Exception)
        {
            works = false;
            throw;
        }
        finally
        {
            if (works)
            {
                idle.Add(session);
            }
            else
            {
                session.Dispose();
            }
        }
    }
}
