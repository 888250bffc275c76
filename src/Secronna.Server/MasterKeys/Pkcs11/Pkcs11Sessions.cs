using System.Collections.Concurrent;
using Net.Pkcs11Interop.Common;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>A few sessions at a token, each used by one call at a time, and opened anew when something is wrong with them.</summary>
internal sealed class Pkcs11Sessions(Pkcs11Module module, Pkcs11Token token) : IDisposable
{
    private const int Most = 4;
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(1);

    private readonly ConcurrentBag<Pkcs11Session> idle = [];
    private readonly NativeCalls calls = new(Most);
    private bool isClosed;

    /// <summary>Makes a call in a session; what goes wrong in an old one is tried once more in a new one.</summary>
    /// <param name="call">What is done; it uses nothing else that is the caller's to reuse.</param>
    /// <param name="used">What it uses, disposed of when it has returned.</param>
    /// <param name="drop">Gets a result that nobody waits for any more.</param>
    /// <param name="cancellation">Ends the waiting, not the call.</param>
    /// <returns>Null if there is no such token now.</returns>
    /// <exception cref="Pkcs11Exception">It went wrong in the new session too.</exception>
    /// <exception cref="Pkcs11PinException">The PIN is refused.</exception>
    public Task<T?> CallAsync<T>(Func<Pkcs11Session, T> call, IDisposable? used, Action<T?> drop, CancellationToken cancellation)
        where T : class => calls.RunAsync(() => OnSession(call), used, drop, cancellation);

    /// <summary>Makes a call in a new session, and keeps that for later ones.</summary>
    /// <returns>Null if there is no such token now.</returns>
    public T? OnNewSession<T>(Func<Pkcs11Session, T> call)
        where T : class => token.Open() is { } session ? Use(session, call) : null;

    /// <summary>Closes the sessions and leaves the library, without waiting for a call that hangs.</summary>
    public void Dispose()
    {
        // Under a call that hangs a library must not be finalized: that is done when it returns, if ever.
        if (!Interlocked.Exchange(ref isClosed, true))
        {
            Task.Factory.StartNew(Close, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Wait(CloseTime);
        }
    }

    private void Close()
    {
        calls.End();
        foreach (var session in idle)
        {
            session.Dispose();
        }

        module.Leave();
    }

    private T? OnSession<T>(Func<Pkcs11Session, T> call)
        where T : class =>
        idle.TryTake(out var session) && TryUse(session, call, out var result) ? result : OnNewSession(call);

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
        var isGood = true;
        try
        {
            return call(session);
        }
        catch (Pkcs11Exception)
        {
            isGood = false;
            throw;
        }
        finally
        {
            if (isGood)
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
