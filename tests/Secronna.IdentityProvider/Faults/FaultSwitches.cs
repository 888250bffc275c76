namespace Secronna.IdentityProvider.Faults;

/// <summary>Switches faults of the provider on and off, and counts requests.</summary>
public sealed class FaultSwitches
{
    private int discoveryRequests;
    private int jwksRequests;
    private volatile Pause pause = Pause.AlreadyEnded();

    /// <summary>Whether the provider answers 503 to every request.</summary>
    public bool Unavailable { get; set; }

    /// <summary>Makes the answer from the real discovery document; the result need not be JSON.</summary>
    public Func<string, string>? RewriteDiscovery { get; set; }

    /// <summary>Makes the answer from the real JWKS; the result need not be JSON.</summary>
    public Func<string, string>? RewriteJwks { get; set; }

    /// <summary>The content type of rewritten documents; <c>null</c> leaves the real one.</summary>
    public string? ContentType { get; set; }

    /// <summary>The number of requests for the discovery document so far, whatever the answer.</summary>
    public int DiscoveryRequests => Volatile.Read(ref discoveryRequests);

    /// <summary>The number of requests for the JWKS so far, whatever the answer.</summary>
    public int JwksRequests => Volatile.Read(ref jwksRequests);

    /// <summary>Completes when a request hangs for the first time since the last <see cref="Hang"/>.</summary>
    public Task Hanging => pause.Begun.Task;

    /// <summary>
    /// Lets requests for the discovery document and the JWKS hang without an answer until <see cref="Release"/>.
    /// </summary>
    public void Hang()
    {
        // A second call must not replace the pause at which requests hang already, or they would never be released.
        if (pause.Ended.Task.IsCompleted)
        {
            pause = new Pause();
        }
    }

    /// <summary>Answers the requests that hang, and later ones at once.</summary>
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

        public static Pause AlreadyEnded()
        {
            var pause = new Pause();
            pause.Ended.SetResult();
            return pause;
        }
    }
}
