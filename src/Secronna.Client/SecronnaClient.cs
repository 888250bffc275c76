using Secronna.Client.Connection;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>
/// A client of a Secronna server. It is safe to use from many threads at once, and meant to be kept. Every method fails with
/// a <see cref="SecronnaException"/> when the server refuses or can't be reached, and is tried again before that only where
/// a repeat can do no harm.
/// </summary>
public sealed class SecronnaClient : IDisposable
{
    // The largest reveal, with every character of its values escaped, and room for the keys.
    private const int MostAnswerBytes = 8 * Limits.RevealBytes;

    private readonly ApiConnection connection;
    private readonly HttpClient? owned;

    /// <summary>A client with connections of its own.</summary>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the server's address is not usable.</exception>
    public SecronnaClient(SecronnaClientOptions options)
        : this(Configure(new HttpClient(Configure(new SocketsHttpHandler()))), options, isOwned: true)
    {
    }

    /// <summary>
    /// A client that sends by a given HTTP client, which it does not dispose of. That one must not follow redirects: they
    /// could carry what is sent elsewhere.
    /// </summary>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the server's address is not usable.</exception>
    public SecronnaClient(HttpClient http, SecronnaClientOptions options)
        : this(http, options, isOwned: false)
    {
    }

    private SecronnaClient(HttpClient http, SecronnaClientOptions options, bool isOwned)
    {
        owned = isOwned ? http : null;
        connection = new ApiConnection(http, options);
        Projects = new ProjectsClient(connection);
        Environments = new EnvironmentsClient(connection);
        Secrets = new SecretsClient(connection);
        ApiKeys = new ApiKeysClient(connection);
        AccessKeys = new AccessKeysClient(connection);
    }

    /// <summary>Projects and their KEKs.</summary>
    public ProjectsClient Projects { get; }

    /// <summary>Environments, and all secrets of one.</summary>
    public EnvironmentsClient Environments { get; }

    /// <summary>Single secrets.</summary>
    public SecretsClient Secrets { get; }

    /// <summary>API keys.</summary>
    public ApiKeysClient ApiKeys { get; }

    /// <summary>Access keys.</summary>
    public AccessKeysClient AccessKeys { get; }

    /// <summary>
    /// The values of an environment by their keys, as they are or as they stood at a time. One request; every value leaves a
    /// record.
    /// </summary>
    /// <param name="environment">Which, as <c>project/environment</c> or by its id.</param>
    /// <param name="at">The time; null is now.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IReadOnlyDictionary<string, string>> FetchSecretsAsync(
        EnvironmentName environment, Instant? at = null, CancellationToken cancellation = default)
    {
        var revealed = await Environments.RevealAsync(environment, keys: null, at, cancellation).ConfigureAwait(false);
        return revealed.Secrets.ToDictionary(secret => secret.Key, secret => secret.Value, StringComparer.Ordinal);
    }

    /// <summary>Who is asking.</summary>
    public Task<MeResponse> GetMeAsync(CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Get("/me"), ProtocolJson.Default.MeResponse, cancellation);

    /// <summary>How to sign in; needs no credential.</summary>
    public Task<AuthConfigResponse> GetAuthConfigAsync(CancellationToken cancellation = default) => connection.SendAsync(
        ApiRequest.Get("/auth/config") with { IsAnonymous = true }, ProtocolJson.Default.AuthConfigResponse, cancellation);

    /// <summary>The secrets whose key or path contains a text, in any case.</summary>
    public IAsyncEnumerable<SearchResponse> SearchAsync(string text, CancellationToken cancellation = default) => connection.ListAsync(
        ApiRequest.Query("/search/secrets", ("q", text)), Limits.PageMaximum, ClientJson.Default.IReadOnlyListSearchResponse, cancellation);

    /// <summary>The audit trail, newest first.</summary>
    /// <param name="filter">Which entries; null is all.</param>
    /// <param name="cancellation">Ends it.</param>
    public IAsyncEnumerable<AuditResponse> ListAuditAsync(AuditFilter? filter = null, CancellationToken cancellation = default) =>
        connection.ListAsync(
            (filter ?? new AuditFilter()).Path(), Limits.AuditPageMaximum, ClientJson.Default.IReadOnlyListAuditResponse, cancellation);

    /// <summary>
    /// Any route: sends a body of JSON, if any, and gives the answer's body as it is, errors included.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below <c>/api/v1</c>, with its query.</param>
    /// <param name="body">JSON; null is none.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<RawAnswer> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? body = null, CancellationToken cancellation = default) =>
        connection.SendRawAsync(new ApiRequest(method, path, Repeats.Unseen) { Body = body?.ToArray() }, cancellation);

    /// <summary>Ends the connections that are its own.</summary>
    public void Dispose() => owned?.Dispose();

    /// <summary>Leaves time-outs to the options, and takes no answer that no server gives.</summary>
    internal static HttpClient Configure(HttpClient http)
    {
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.MaxResponseContentBufferSize = MostAnswerBytes;
        return http;
    }

    /// <summary>Has a handler send straight to where it is told, by the system's proxy if there is one for that.</summary>
    internal static SocketsHttpHandler Configure(SocketsHttpHandler handler)
    {
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.Proxy = new OwnMachineProxy(HttpClient.DefaultProxy);
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
        handler.ConnectTimeout = TimeSpan.FromSeconds(10);
        return handler;
    }
}
