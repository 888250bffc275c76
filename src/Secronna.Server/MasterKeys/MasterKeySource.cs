using Polly;
using Polly.Timeout;

namespace Secronna.Server.MasterKeys;

/// <summary>A provider in a <see cref="MasterKeyRing"/>: calls it within limits and remembers its latest list of keys.</summary>
internal sealed class MasterKeySource(IMasterKeyProvider provider, ResiliencePipeline limits, TimeProvider time) : IDisposable
{
    /// <summary>How long the keys of a provider are used after it last answered a request for its list.</summary>
    public static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan ListLifetime = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim refreshing = new(1);
    private volatile IReadOnlyList<string> keyIds = [];
    private long? answeredAt;
    private (long At, MasterKeyUnavailableException Exception)? lastFailure;

    /// <summary>
    /// Raised when the provider no longer holds a key that it held: keys that it unwrapped must no longer be used.
    /// </summary>
    public event Action? KeyLost;

    public string Description => provider.Source;

    public TimeSpan RefreshInterval => provider.RefreshInterval;

    /// <summary>The ids that the provider listed last, except ids that it has reported missing since.</summary>
    public IReadOnlyList<string> KeyIds => keyIds;

    public bool Holds(string keyId) => keyIds.Contains(keyId);

    /// <summary>True if the provider answered a request for its list within this time.</summary>
    public bool AnsweredWithin(TimeSpan age) => answeredAt is { } at && time.GetElapsedTime(at) < age;

    /// <summary>Fetches the list, unless the provider answered within <paramref name="unlessWithin"/>.</summary>
    /// <remarks>
    /// One caller fetches at a time. Callers that waited share the outcome: they find a fresh list, or fail with the same
    /// exception.
    /// </remarks>
    /// <exception cref="MasterKeyUnavailableException">The provider did not answer. Its keys stay listed.</exception>
    public async ValueTask RefreshAsync(TimeSpan unlessWithin)
    {
        var began = time.GetTimestamp();
        await refreshing.WaitAsync();
        try
        {
            if (lastFailure is { } failure && failure.At > began)
            {
                throw failure.Exception;
            }

            if (!AnsweredWithin(unlessWithin))
            {
                await FetchListAsync();
            }
        }
        finally
        {
            refreshing.Release();
        }
    }

    /// <summary>
    /// Fetches the list if it is a minute old. If the provider does not answer, its keys may be used until
    /// <see cref="MaxSilence"/> is over.
    /// </summary>
    /// <exception cref="MasterKeyUnavailableException">The provider has been silent for too long.</exception>
    public async ValueTask RequireRecentAsync()
    {
        try
        {
            if (!AnsweredWithin(ListLifetime))
            {
                await RefreshAsync(ListLifetime);
            }
        }
        catch (MasterKeyUnavailableException) when (AnsweredWithin(MaxSilence))
        {
            // The call that follows shows whether the provider works.
        }
    }

    /// <summary>Calls the provider within the limits.</summary>
    /// <exception cref="MasterKeyMissingException">
    /// The provider says that the key is gone. The key is then no longer listed.
    /// </exception>
    /// <exception cref="MasterKeyUnavailableException">The provider did not answer, or not in time.</exception>
    public async ValueTask<T> CallAsync<TState, T>(
        TState state, Func<IMasterKeyProvider, TState, CancellationToken, ValueTask<T>> call)
    {
        try
        {
            return await limits.ExecuteAsync(
                static (it, cancellation) => it.call(it.provider, it.state, cancellation), (provider, state, call), CancellationToken.None);
        }
        catch (MasterKeyMissingException exception)
        {
            Forget(exception.KeyId);
            throw;
        }
        catch (TimeoutRejectedException exception)
        {
            throw new MasterKeyUnavailableException(provider.Source, "no answer in time", exception);
        }
    }

    // The semaphore is not disposed: a refresh may still release it, and without a wait handle it holds nothing to free.
    public void Dispose() => provider.Dispose();

    private async ValueTask FetchListAsync()
    {
        try
        {
            var found = await CallAsync(0, static (provider, _, cancellation) => provider.ListAsync(cancellation));
            var before = keyIds;
            (keyIds, answeredAt) = (found, time.GetTimestamp());
            if (before.Except(found, StringComparer.Ordinal).Any())
            {
                KeyLost?.Invoke();
            }
        }
        catch (MasterKeyUnavailableException exception)
        {
            lastFailure = (time.GetTimestamp(), exception);
            throw;
        }
    }

    private void Forget(string keyId)
    {
        var before = keyIds;
        keyIds = [.. before.Where(id => id != keyId)];
        if (before.Count != keyIds.Count)
        {
            KeyLost?.Invoke();
        }
    }
}
