using System.Text;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Secronna.Server.Access.Tokens;

/// <summary>
/// The identity provider's keys, from its discovery document (OpenID Connect Discovery 1.0) and JWKS (RFC 7517). They are fetched
/// when the first token comes, when they are old, and when a token names an unknown key or has a bad signature. There is one fetch
/// at a time, and fetches are a minimum time apart. While the provider can't be reached or gives invalid answers, the keys fetched
/// last stay in use for some hours.
/// </summary>
internal sealed class ProviderKeys(IdentityProviderSettings settings, HttpClient http, TimeProvider time, ILogger<ProviderKeys> log)
{
    /// <summary>The minimum time between two fetches, since anyone can make up ids of unknown keys.</summary>
    public static readonly TimeSpan BetweenFetches = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The age after which the keys are fetched again, whether or not tokens come: the provider may have withdrawn a key. The
    /// fetch takes a while, and keys in use must not be older than 10 minutes.
    /// </summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(9);

    /// <summary>
    /// The age after which keys are not used any more. An outage of the provider must not stop everyone at once. But whoever
    /// keeps this server from reaching the provider must not keep a withdrawn key alive.
    /// </summary>
    public static readonly TimeSpan UsableFor = TimeSpan.FromHours(6);

    // The minimum time between two fetches while there are no keys. It is short because no token is valid without keys.
    private static readonly TimeSpan BetweenFirstFetches = TimeSpan.FromSeconds(1);

    // Limits the fetch of both documents together, and so the time that requests wait for them.
    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly HttpDocumentRetriever retriever = new(http) { RequireHttps = settings.RequireHttpsMetadata };
    private VerificationKeys? keys;
    private long keysFetchedAt;
    private long? lastFetchAt;
    private Task? fetch;

    /// <summary>
    /// Returns the keys that were fetched last. If there are none that can be used, fetches them. Returns <c>null</c> if there
    /// are none and the provider can't be reached.
    /// </summary>
    public async ValueTask<VerificationKeys?> CurrentAsync()
    {
        if (Usable is { } current)
        {
            return current;
        }

        await TryFetch(BetweenFirstFetches);
        return Usable;
    }

    /// <summary>Returns newer keys than these, and fetches them if necessary. Returns <c>null</c> if there are none.</summary>
    public async ValueTask<VerificationKeys?> NewerThanAsync(VerificationKeys old)
    {
        if (ReferenceEquals(Volatile.Read(ref keys), old))
        {
            await TryFetch(BetweenFetches);
        }

        var current = Usable;
        return ReferenceEquals(current, old) ? null : current;
    }

    /// <summary>
    /// Begins a fetch if the keys are old, and doesn't wait for it. Does nothing if there are no keys yet: the first token that
    /// needs keys fetches them.
    /// </summary>
    public void KeepFresh()
    {
        if (Volatile.Read(ref keys) is not null && time.GetElapsedTime(Volatile.Read(ref keysFetchedAt)) > FreshFor)
        {
            _ = TryFetch(BetweenFetches);
        }
    }

    private VerificationKeys? Usable =>
        Volatile.Read(ref keys) is { } known && time.GetElapsedTime(Volatile.Read(ref keysFetchedAt)) <= UsableFor ? known : null;

    // Joins the running fetch. If none is running, begins one, unless the last fetch began less than this time ago.
    private Task TryFetch(TimeSpan minimumDistance)
    {
        lock (gate)
        {
            if (fetch is not null)
            {
                return fetch;
            }

            if (lastFetchAt is { } last && time.GetElapsedTime(last) < minimumDistance)
            {
                return Task.CompletedTask;
            }

            lastFetchAt = time.GetTimestamp();
            return fetch = FetchAsync();
        }
    }

    private async Task FetchAsync()
    {
        // The caller holds the lock: leave it before anything else happens.
        await Task.Yield();
        try
        {
            using var timeout = new CancellationTokenSource(FetchTimeout, time);
            var began = time.GetTimestamp();
            var discovery = OpenIdConnectConfiguration.Create(await retriever.GetDocumentAsync(
                settings.Issuer!.TrimEnd('/') + "/.well-known/openid-configuration", timeout.Token));
            RequireSameIssuer(discovery);
            var found = VerificationKeys.Read(Encoding.UTF8.GetBytes(await retriever.GetDocumentAsync(discovery.JwksUri, timeout.Token)));
            Volatile.Write(ref keysFetchedAt, began);
            Volatile.Write(ref keys, found);
            if (found.IsEmpty)
            {
                ProviderLog.ProviderHasNoKeys(log);
            }
        }
        catch (Exception exception)
        {
            ProviderLog.ProviderNotReached(log, Reason(exception));
        }
        finally
        {
            lock (gate)
            {
                fetch = null;
            }
        }
    }

    // OpenID Connect Discovery 1.0, section 4.3: the document must name the issuer whose address it was fetched from.
    private void RequireSameIssuer(OpenIdConnectConfiguration discovery)
    {
        if (discovery.Issuer != settings.Issuer)
        {
            throw new ForeignDiscoveryException(discovery.Issuer?.TrimEnd('/') == settings.Issuer!.TrimEnd('/')
                ? "its discovery document names an issuer that differs from Secronna__Huudis__Issuer only by a slash at the end: set it exactly as the document names it"
                : "its discovery document names another issuer than Secronna__Huudis__Issuer");
        }
    }

    // The library's messages quote addresses and sometimes answers, so only the kind of the failure is logged.
    private static string Reason(Exception exception) => exception switch
    {
        ForeignDiscoveryException => exception.Message,
        { InnerException: HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } inner } => inner.HttpRequestError.ToString(),
        { InnerException: { } inner } => inner.GetType().Name,
        _ => exception.GetType().Name,
    };

    private sealed class ForeignDiscoveryException(string message) : Exception(message);
}
