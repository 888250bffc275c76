using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>The server of a client, its credential, and its time-outs and repeats.</summary>
public sealed class SecronnaClientOptions
{
    // The size of the largest reveal if every character of its values is escaped, with room for the keys.
    internal const int LargestAnswerBytes = 8 * Limits.RevealBytes;

    /// <summary>The address at which a server listens by default.</summary>
    public static readonly Uri DefaultServer = new("http://127.0.0.1:4230");

    /// <summary>
    /// The server's origin, with or without <c>/api/v1</c>, or its Unix socket, <c>http://unix:/run/secronna/api.sock</c>. <c>null</c> takes the environment variable <c>SECRONNA_API_URL</c>
    /// or, where that is not set, <see cref="DefaultServer"/>.
    /// </summary>
    public Uri? Server { get; init; }

    /// <summary>
    /// An API key, an access key or an access token. <c>null</c> takes the environment variable <c>SECRONNA_TOKEN</c>, unless
    /// <see cref="TokenSource"/> is set.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>
    /// Gives the token for each request, where tokens are renewed. It takes precedence over <see cref="Token"/>.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? TokenSource { get; init; }

    /// <summary>
    /// Whether to allow plain HTTP to another machine. Everyone on the network path could read tokens and values.
    /// <c>false</c> by default.
    /// </summary>
    public bool AllowPlainHttp { get; init; }

    /// <summary>The time-out of one attempt. One minute by default.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The most bytes of an answer. A longer answer is refused. By default it is the size of the largest reveal. A client that
    /// sends through a given HTTP client has the limit of that one.
    /// </summary>
    public int MaximumAnswerBytes { get; init; } = LargestAnswerBytes;

    /// <summary>
    /// The largest number of times that a failed request is repeated; 0 means never. 3 by default. A request is repeated where
    /// that is safe: it only reads, or carries an idempotency key, or the server did not process it.
    /// </summary>
    public int Retries { get; init; } = 3;

    /// <summary>
    /// The delay before the first repeat; each further delay is about twice as long. Delays are randomised. 200 ms by
    /// default.
    /// </summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// The longest delay. Where the server's <c>Retry-After</c> asks for a longer one, the request fails without a repeat. 30
    /// seconds by default.
    /// </summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock of delays and time-outs. The system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Shows the server, never the token.</summary>
    public override string ToString() => $"{nameof(SecronnaClientOptions)} {{ {nameof(Server)} = {Server} }}";
}
