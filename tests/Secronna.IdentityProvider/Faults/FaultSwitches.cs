namespace Secronna.IdentityProvider.Faults;

/// <summary>What goes wrong with the provider, until it is switched off again.</summary>
public sealed class FaultSwitches
{
    private int discoveryRequests;
    private int jwksRequests;
    private volatile Pause pause = Pause.Over();

    /// <summary>Answers 503 to everything.</summary>
    public bool Unavailable { get; set; }

    /// <summary>What to answer in place of the discovery document, made from the real one; it need be no JSON.</summary>
    public Func<string, string>? RewriteDiscovery { get; set; }

    /// <summary>What to answer in place of the JWKS, made from the real one; it need be no JSON.</summary>
    public Func<string, string>? RewriteJwks { get; set; }

    /// <summary>How many requests for the discovery document came, whatever they were answered.</summary>
    public int DiscoveryRequests => Volatile.Read(ref discoveryRequests);

    /// <summary>How many requests for the JWKS came, whatever they were answered.</summary>
    public int JwksRequests => Volatile.Read(ref jwksRequests);

    /// <summary>Done as soon as a request hangs, since the last <see cref="Hang"/>.</summary>
    public Task Hanging => pause.Begun.Task;

    /// <summary>Requests for the discovery document and the JWKS get no answer until <see cref="Release"/>.</summary>
    public void Hang()
    {
        // Who hangs already must not be forgotten.
        if (pause.Ended.Task.IsCompleted)
        {
            pause = new Pause();
        }
    }

    /// <summary>Answers the requests that hang, and those to come.</summary>
    public void Release() => pause.Ended.TrySetResult();

    internal void Count(bool isDiscovery) => Interlocked.Increment(ref isDiscovery ? ref discoveryRequests : ref jwksRequests);

    internal Task WaitAsync(CancellationToken cancellation)
    {
        var current = pause;
        if (!current.Ended.Task.IsCompleted)
        {
            current.Begun.TrySetResult();
        }

        return current.Ended.Task.WaitAsync(cancellation);
    }

    private sealed class Pause
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static Pause Over()
        {
            var pause = new Pause();
            pause.Ended.SetResult();
            return pause;
        }
    }
}
