using System.Globalization;
using Secronna.Client.Http;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>
/// A client of a Secronna server. Keep one and use it for every request; it is safe to use from several threads. Every method
/// throws a <see cref="SecronnaException"/> when the server refuses the request or can't be reached. A failed request is
/// repeated only where a repeat can do no harm (<see cref="SecronnaClientOptions.Retries"/>).
/// </summary>
public sealed class SecronnaClient : IDisposable
{
    private readonly ApiConnection connection;
    private readonly HttpClient? owned;

    /// <summary>Makes a client with its own connections.</summary>
    /// <exception cref="SecronnaException">
    /// VALIDATION_ERROR: the server's address is no http or https origin, or plain HTTP to another machine is not allowed.
    /// </exception>
    public SecronnaClient(SecronnaClientOptions options)
        : this(Configure(new HttpClient(Configure(new SocketsHttpHandler(), options)), options.MaximumAnswerBytes), options, isOwned: true)
    {
    }

    /// <summary>
    /// Makes a client that sends through a given HTTP client, which it does not dispose of. The HTTP client must not follow
    /// redirects: a redirect could carry a token or a value to another server.
    /// </summary>
    /// <exception cref="SecronnaException">
    /// VALIDATION_ERROR: the server's address is no http or https origin, or plain HTTP to another machine is not allowed.
    /// </exception>
    public SecronnaClient(HttpClient http, SecronnaClientOptions options)
        : this(http, options, isOwned: false)
    {
        if (ApiAddress.SocketOf(options) is not null)
        {
            throw ClientErrors.Invalid("a Unix socket is an address only for a client that makes its own connections");
        }
    }

    /// <summary>Makes a client that sends through an HTTP client whose handler was configured with the same options.</summary>
    internal SecronnaClient(HttpClient http, SecronnaClientOptions options, bool isOwned)
    {
        owned = isOwned ? http : null;
        connection = new ApiConnection(http, options);
        Projects = new ProjectsClient(connection);
        Environments = new EnvironmentsClient(connection);
        Secrets = new SecretsClient(connection);
        ApiKeys = new ApiKeysClient(connection);
        AccessKeys = new AccessKeysClient(connection);
    }

    /// <summary>The operations on projects and their KEKs.</summary>
    public ProjectsClient Projects { get; }

    /// <summary>The operations on environments, and on all secrets of an environment at once.</summary>
    public EnvironmentsClient Environments { get; }

    /// <summary>The operations on single secrets.</summary>
    public SecretsClient Secrets { get; }

    /// <summary>The operations on API keys.</summary>
    public ApiKeysClient ApiKeys { get; }

    /// <summary>The operations on access keys.</summary>
    public AccessKeysClient AccessKeys { get; }

    /// <summary>
    /// Reveals the values of an environment by their keys, as they are or as they stood at a time. It sends one request; every
    /// value leaves an audit entry. Secrets that were deleted since that time are missing.
    /// </summary>
    /// <param name="environment">The environment, as <c>project/environment</c> or by its id.</param>
    /// <param name="at">A past time; <c>null</c> reveals the current state.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public async Task<IReadOnlyDictionary<string, string>> FetchSecretsAsync(
        EnvironmentName environment, Instant? at = null, CancellationToken cancellation = default)
    {
        var revealed = await Environments.RevealAsync(environment, keys: null, at, cancellation).ConfigureAwait(false);
        return revealed.Secrets.ToDictionary(secret => secret.Key, secret => secret.Value, StringComparer.Ordinal);
    }

    /// <summary>Gets the caller as the server identified it, with the caller's role and grants.</summary>
    public Task<MeResponse> GetMeAsync(CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Get("/me"), ProtocolJson.Default.MeResponse, cancellation);

    /// <summary>Gets the settings for signing in at the identity provider. It needs no credential.</summary>
    public Task<AuthConfigResponse> GetAuthConfigAsync(CancellationToken cancellation = default) => connection.SendAsync(
        ApiRequest.Get("/auth/config") with { IsAnonymous = true }, ProtocolJson.Default.AuthConfigResponse, cancellation);

    /// <summary>Finds the secrets whose path (<c>project/environment/KEY</c>) contains a text, ignoring case.</summary>
    public IAsyncEnumerable<SearchResponse> SearchAsync(string text, CancellationToken cancellation = default) => connection.ListAsync(
        ApiRequest.WithQuery("/search/secrets", ("q", text)), Limits.PageMaximum, ClientJson.Default.IReadOnlyListSearchResponse, cancellation);

    /// <summary>Lists the audit trail, newest entry first.</summary>
    /// <param name="filter">Selects entries; <c>null</c> lists all.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public IAsyncEnumerable<AuditResponse> ListAuditAsync(AuditFilter? filter = null, CancellationToken cancellation = default) =>
        connection.ListAsync(
            (filter ?? new AuditFilter()).Path(), Limits.AuditPageMaximum, ClientJson.Default.IReadOnlyListAuditResponse, cancellation);

    /// <summary>
    /// Lists the secrets that were read in the last days and those that were not, page by page. Each page has all days, and a further
    /// part of the secrets.
    /// </summary>
    /// <param name="days">How many days, today included: 1 to 90.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public IAsyncEnumerable<WorkspaceReadsResponse> ListReadsAsync(int days = 30, CancellationToken cancellation = default) =>
        connection.ListPagesAsync(
            ApiRequest.WithQuery("/reads", ("days", days.ToString(CultureInfo.InvariantCulture))), Limits.PageMaximum,
            ProtocolJson.Default.WorkspaceReadsResponse, cancellation);

    /// <summary>Gets the keys that sign the checkpoints of the audit trail.</summary>
    public Task<AuditKeysResponse> GetAuditKeysAsync(CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Get("/audit/keys"), ProtocolJson.Default.AuditKeysResponse, cancellation);

    /// <summary>
    /// Gets the proof that an entry is in the audit trail. This verifies nothing. An entry that no checkpoint covers yet is
    /// NOT_FOUND with a <see cref="SecronnaException.RetryAfter"/>.
    /// </summary>
    /// <param name="sequence">The entry's number, counted from 1.</param>
    /// <param name="size">The number of entries of the tree; <c>null</c> for the tree of the latest checkpoint.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<AuditProofResponse> GetAuditProofAsync(long sequence, long? size = null, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Get(ApiRequest.WithQuery($"/audit/{sequence}/proof", ("size", size?.ToString(CultureInfo.InvariantCulture)))),
            ProtocolJson.Default.AuditProofResponse, cancellation);

    /// <summary>
    /// Gets a file of the audit trail's log, by its path in C2SP <c>tlog-tiles</c>. This verifies nothing. A tile that no
    /// checkpoint covers yet is NOT_FOUND with a <see cref="SecronnaException.RetryAfter"/>.
    /// </summary>
    /// <param name="path"><c>checkpoint</c>, or <c>tile/…</c>.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<ReadOnlyMemory<byte>> GetAuditFileAsync(string path, CancellationToken cancellation = default) =>
        connection.SendForFileAsync(ApiRequest.Get("/audit/" + path), cancellation);

    /// <summary>
    /// Sends a request to any route, once, and gives the answer unread. An error answer does not throw; a server that can't be
    /// reached does.
    /// </summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The path below <c>/api/v1</c> with its query, percent-encoded.</param>
    /// <param name="body">The body as JSON in UTF-8; <c>null</c> sends none.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<RawAnswer> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? body = null, CancellationToken cancellation = default) =>
        connection.SendRawAsync(new ApiRequest(method, path, RequestRepeats.IfUnprocessed) { Body = body?.ToArray() }, cancellation);

    /// <summary>Closes the client's own connections. A given HTTP client stays open.</summary>
    public void Dispose() => owned?.Dispose();

    /// <summary>Leaves time-outs to the options, and refuses answers that are larger than any answer of a server.</summary>
    internal static HttpClient Configure(HttpClient http, int maximumAnswerBytes = SecronnaClientOptions.LargestAnswerBytes)
    {
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.MaxResponseContentBufferSize = maximumAnswerBytes;
        return http;
    }

    /// <summary>
    /// Sends requests only where they are addressed: no redirects, no cookies, and the system's proxy except for loopback.
    /// </summary>
    /// <param name="handler">The handler.</param>
    /// <param name="options">The options of the client; <c>null</c> for requests to other servers.</param>
    internal static SocketsHttpHandler Configure(SocketsHttpHandler handler, SecronnaClientOptions? options = null)
    {
        if (options is not null && ApiAddress.SocketOf(options) is { } socket)
        {
            handler.ConnectCallback = (_, cancellation) => UnixSocketAddress.ConnectAsync(socket, cancellation);
        }

        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.Proxy = new LoopbackBypassProxy(HttpClient.DefaultProxy);
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
        handler.ConnectTimeout = TimeSpan.FromSeconds(10);
        return handler;
    }
}
