using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Secronna.Client;

namespace Secronna.Configuration;

/// <summary>The options of a configuration source: its environment, its server, and its time-outs.</summary>
public sealed class SecronnaConfigurationOptions
{
    /// <summary>The environment, as <c>project/environment</c> or by its id (<c>env_…</c>). Required.</summary>
    public string? Environment { get; set; }

    /// <summary>
    /// The server's origin, with or without <c>/api/v1</c>. <c>null</c> takes the environment variable <c>SECRONNA_API_URL</c>
    /// or, where that is not set, <see cref="SecronnaClientOptions.DefaultServer"/>.
    /// </summary>
    public Uri? Server { get; set; }

    /// <summary>
    /// An API key, an access key or an access token. <c>null</c> takes the environment variable <c>SECRONNA_TOKEN</c>.
    /// </summary>
    public string? Token { get; set; }

    /// <summary>
    /// Whether to allow plain HTTP to another machine. Everyone on the network path could read tokens and values.
    /// <c>false</c> by default.
    /// </summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>
    /// A client to use instead of <see cref="Server"/>, <see cref="Token"/> and <see cref="AllowPlainHttp"/>, for tokens that are
    /// renewed or for special connections. It is not disposed of.
    /// </summary>
    public SecronnaClient? Client { get; set; }

    /// <summary>
    /// The keys of the secrets to load, as they are on the server. Each must exist. <c>null</c> loads all secrets.
    /// </summary>
    public IReadOnlyList<string>? Keys { get; set; }

    /// <summary>
    /// Whether the application may start without values where the server can't be reached or does not answer in time. A refusal
    /// by the server is an error all the same. <c>false</c> by default.
    /// </summary>
    public bool Optional { get; set; }

    /// <summary>The longest time that the first load may take, repeats included. 30 seconds by default.</summary>
    public TimeSpan StartupTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The time between two checks for changes. <c>null</c>, the default, never checks.</summary>
    public TimeSpan? ReloadInterval { get; set; }

    /// <summary>The clock of the time-out and of polling. The system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// Makes the logger of loads and failed polls. No value is ever logged. Configuration is built before the application's own
    /// logging, so it needs a factory of its own. The default logs nothing: nobody then hears that the values are out of date.
    /// </summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;
}
