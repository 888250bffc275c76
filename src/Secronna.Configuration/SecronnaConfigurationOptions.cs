using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Secronna.Client;

namespace Secronna.Configuration;

/// <summary>Which environment becomes configuration, from where, and how patiently.</summary>
public sealed class SecronnaConfigurationOptions
{
    /// <summary>Which environment, as <c>project/environment</c> or by its id (<c>env_…</c>). It must be given.</summary>
    public string? Environment { get; set; }

    /// <summary>
    /// The server's origin, with or without <c>/api/v1</c>. Null takes the variable <c>SECRONNA_API_URL</c>, and without one
    /// <see cref="SecronnaClientOptions.DefaultServer"/>.
    /// </summary>
    public Uri? Server { get; set; }

    /// <summary>An API key, an access key or an access token. Null takes the variable <c>SECRONNA_TOKEN</c>.</summary>
    public string? Token { get; set; }

    /// <summary>Whether plain HTTP is good enough for a server that is not this machine. Everyone on the way could read along.</summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>
    /// A client of one's own, for a token that is renewed or for connections that are made in another way. It stands for the
    /// server and the token, and is not disposed of.
    /// </summary>
    public SecronnaClient? Client { get; set; }

    /// <summary>The secrets' keys as they are on the server, all of which must be there; null is all that there are.</summary>
    public IReadOnlyList<string>? Keys { get; set; }

    /// <summary>
    /// Whether to start without values where the server can't be reached or does not answer in time. A server that answers
    /// and refuses is an error all the same.
    /// </summary>
    public bool Optional { get; set; }

    /// <summary>How long the first load may take, repeats included; 30 seconds by default.</summary>
    public TimeSpan StartupTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the server is asked for changes; null, the default, is never.</summary>
    public TimeSpan? ReloadInterval { get; set; }

    /// <summary>The clock of the time-out and of polling.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// Where loads and failed polls are logged, never with a value. Configuration comes before the application's own logging;
    /// the default logs nothing, so that values which are out of date are used without a word.
    /// </summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;
}
