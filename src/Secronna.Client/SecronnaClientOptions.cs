namespace Secronna.Client;

/// <summary>Where the server is, who asks, and how patiently.</summary>
public sealed class SecronnaClientOptions
{
    /// <summary>Where a server listens that was told nothing else.</summary>
    public static readonly Uri DefaultServer = new("http://127.0.0.1:4230");

    /// <summary>
    /// The server's origin, with or without <c>/api/v1</c>. Null takes the variable <c>SECRONNA_API_URL</c>, and without one
    /// <see cref="DefaultServer"/>.
    /// </summary>
    public Uri? Server { get; init; }

    /// <summary>
    /// An API key, an access key or an access token. Null takes the variable <c>SECRONNA_TOKEN</c>, unless there is a
    /// <see cref="TokenSource"/>.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>Gives the token of each request, for tokens that are renewed; it wins over <see cref="Token"/>.</summary>
    public Func<CancellationToken, ValueTask<string>>? TokenSource { get; init; }

    /// <summary>Whether plain HTTP is good enough for a server that is not this machine. Everyone on the way could read along.</summary>
    public bool AllowPlainHttp { get; init; }

    /// <summary>How long one attempt may take; a minute by default.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How often a request is tried again at most, where that is safe: what only reads, what carries an idempotency key, and
    /// what the server turned away without looking at it. 3 by default; 0 is never.
    /// </summary>
    public int Retries { get; init; } = 3;

    /// <summary>How long is waited before the first repeat; each further wait is twice as long, and none is exact.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest that is waited for a server that says when it will be asked again; beyond that its refusal is the answer.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock of delays and time-outs.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Names neither the token nor where it comes from.</summary>
    public override string ToString() => $"{nameof(SecronnaClientOptions)} {{ {nameof(Server)} = {Server} }}";
}
