using System.Text;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Secronna.Server.Access.Tokens;

/// <summary>
/// The identity provider's keys, from its discovery document (OpenID Connect Discovery 1.0) and JWKS (RFC 7517). They are
/// asked for by the first token, and again when they are old or a token names a key that isn't among them; whatever asks,
/// one at a time and only so often. What was got last stays good while the provider can't be reached or answers nonsense.
/// </summary>
internal sealed class ProviderKeys(IdentityProviderSettings settings, HttpClient http, TimeProvider time, ILogger<ProviderKeys> log)
{
    /// <summary>An unknown key is looked for only so often: anyone can make up key ids.</summary>
    public static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(30);

    /// <summary>From this age on they are asked for again, whether tokens come or not: a key may have been withdrawn.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    // While there are none at all, and nobody can sign in.
    private static readonly TimeSpan BetweenFirstTries = TimeSpan.FromSeconds(1);

    // For both documents, and for whoever waits for them.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly HttpDocumentRetriever retriever = new(http) { RequireHttps = settings.RequireHttpsMetadata };
    private VerificationKeys? keys;
    private long askedAt;
    private long? triedAt;
    private Task? fetch;

    /// <summary>
    /// The keys that the provider last published. Where there are none yet, asks the provider for them. <c>null</c> where there
    /// are none and the provider can't be reached.
    /// </summary>
    public async ValueTask<VerificationKeys?> CurrentAsync()
    {
        var current = Volatile.Read(ref keys);
        if (current is not null)
        {
            return current;
        }

        await TryFetch(BetweenFirstTries);
        return Volatile.Read(ref keys);
    }

    /// <summary>Newer keys than these, where there are any to be had; null where not.</summary>
    public async ValueTask<VerificationKeys?> NewerThanAsync(VerificationKeys old)
    {
        if (ReferenceEquals(Volatile.Read(ref keys), old))
        {
            await TryFetch(BetweenLooks);
        }

        var current = Volatile.Read(ref keys);
        return ReferenceEquals(current, old) ? null : current;
    }

    /// <summary>
    /// Begins to ask for them again once they are old, and doesn't wait for it. Where there are none yet, no token has come
    /// that needs them.
    /// </summary>
    public void KeepFresh()
    {
        if (Volatile.Read(ref keys) is not null && time.GetElapsedTime(Volatile.Read(ref askedAt)) > Fresh)
        {
            _ = TryFetch(BetweenLooks);
        }
    }

    // Joins a fetch that runs; begins one where the last began long enough ago.
    private Task TryFetch(TimeSpan between)
    {
        lock (gate)
        {
            if (fetch is not null)
            {
                return fetch;
            }

            if (triedAt is { } last && time.GetElapsedTime(last) < between)
            {
                return Task.CompletedTask;
            }

            triedAt = time.GetTimestamp();
            return fetch = FetchAsync();
        }
    }

    private async Task FetchAsync()
    {
        // Off the caller's lock before anything else happens.
        await Task.Yield();
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            var asked = time.GetTimestamp();
            var discovery = OpenIdConnectConfiguration.Create(await retriever.GetDocumentAsync(
                settings.Issuer!.TrimEnd('/') + "/.well-known/openid-configuration", patience.Token));
            RequireOwn(discovery);
            var found = VerificationKeys.Read(Encoding.UTF8.GetBytes(await retriever.GetDocumentAsync(discovery.JwksUri, patience.Token)));
            Volatile.Write(ref askedAt, asked);
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

    // OpenID Connect Discovery 1.0, section 4.3: the issuer in it is the one that it was asked of.
    private void RequireOwn(OpenIdConnectConfiguration discovery)
    {
        if (discovery.Issuer != settings.Issuer)
        {
            throw new ForeignDiscoveryException("its discovery document names another issuer than Secronna__Huudis__Issuer");
        }
    }

    // The library's messages name what was asked for, and at times what came back: only of what kind it was is logged.
    private static string Reason(Exception exception) => exception switch
    {
        ForeignDiscoveryException => exception.Message,
        { InnerException: HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } inner } => inner.HttpRequestError.ToString(),
        { InnerException: { } inner } => inner.GetType().Name,
        _ => exception.GetType().Name,
    };

    private sealed class ForeignDiscoveryException(string message) : Exception(message);
}
