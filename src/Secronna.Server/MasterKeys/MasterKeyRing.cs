using System.Security.Cryptography;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using Secronna.Crypto;
using Secronna.Server.Configuration;
using Secronna.Storage;

namespace Secronna.Server.MasterKeys;

/// <summary>
/// The configured provider, and those that only old keys are read from: each key by its id. Bounds every call in time and
/// number of tries, and looks again where a key is asked for that it does not know.
/// </summary>
internal sealed class MasterKeyRing : IDisposable
{
    /// <summary>How long keys are used after their provider last answered.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    private const int KeySize = 32;
    private const int Retries = 2;
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenLooksForOneKey = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(1);

    private readonly List<MasterKeySource> sources;
    private readonly ResiliencePipeline patience;
    private readonly TimeProvider time;

    /// <summary>Over these providers, the main one first; they are the ring's to dispose of.</summary>
    public MasterKeyRing(IReadOnlyList<IMasterKeyProvider> providers, TimeProvider time)
    {
        this.time = time;
        sources = [.. providers.Select(provider => new MasterKeySource(provider))];
        patience = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = Retries,
                Delay = FirstPause,
                BackoffType = DelayBackoffType.Exponential,
                ShouldHandle = new PredicateBuilder().Handle<MasterKeyUnavailableException>().Handle<TimeoutRejectedException>(),
            })
            .AddTimeout(CallTime)
            .Build();
    }

    /// <summary>A key that was held is gone: what was unwrapped by it must not be used any longer.</summary>
    public event Action? KeyLeft;

    /// <summary>The ids of all keys, the main provider's first.</summary>
    public IEnumerable<string> KeyIds => sources.SelectMany(source => source.KeyIds).Distinct(StringComparer.Ordinal);

    /// <summary>The ids of the main provider's keys, the oldest first: what a rotation may go to.</summary>
    public IReadOnlyList<string> MainKeyIds => sources[0].KeyIds;

    /// <summary>Where the main provider's keys come from.</summary>
    public string MainSource => sources[0].Provider.Source;

    /// <summary>How often it is worth asking all of them whether they still hold what they held.</summary>
    public TimeSpan LookEvery => sources.Max(source => source.Provider.LookEvery);

    /// <summary>The key that a new database takes.</summary>
    /// <exception cref="SettingsException">The main provider has none.</exception>
    public string FirstId => MainKeyIds.Count > 0
        ? MainKeyIds[0]
        : throw new SettingsException($"master key: {MainSource} holds no key: run secronna-server master-key generate");

    public bool Holds(string keyId) => sources.Exists(source => source.Holds(keyId));

    /// <summary>Whether it holds the key, after a look if it does not know it.</summary>
    public async ValueTask<bool> FindAsync(string keyId)
    {
        if (!Holds(keyId))
        {
            await LookAsync(BetweenLooksForOneKey);
        }

        return Holds(keyId);
    }

    /// <summary>Looks for the key.</summary>
    /// <exception cref="MasterKeyException">It is not here, or a provider that may have it does not answer.</exception>
    public async ValueTask RequireAsync(string keyId)
    {
        if (!await FindAsync(keyId))
        {
            throw new MasterKeyMissingException(keyId, KeyIds);
        }
    }

    /// <summary>Asks the providers which keys they hold now.</summary>
    /// <param name="unlessWithin">Leaves out those that answered since so long.</param>
    /// <exception cref="MasterKeyUnavailableException">One did not answer. What it held is held on to, for a bounded time.</exception>
    public async ValueTask LookAsync(TimeSpan unlessWithin = default)
    {
        MasterKeyUnavailableException? silent = null;
        foreach (var source in sources.Where(source => !IsFresh(source, unlessWithin)))
        {
            try
            {
                await LookAsync(source, unlessWithin);
            }
            catch (MasterKeyUnavailableException exception)
            {
                silent = exception;
            }
        }

        if (silent is not null)
        {
            throw silent;
        }
    }

    /// <summary>Wraps a 32-byte key with the master key that the binding names.</summary>
    /// <exception cref="MasterKeyException">It is not here, or does not answer.</exception>
    public async ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key)
    {
        var source = await FindSourceAsync(binding.MasterKeyId);
        return await CallAsync(source, (binding, key), static (provider, it, cancellation) => provider.WrapAsync(it.binding, it.key, cancellation));
    }

    /// <summary>
    /// Wraps a 32-byte key, and unwraps what came of it: a box that can't be opened again would be found when it is too late.
    /// </summary>
    /// <exception cref="MasterKeyException">The master key is not here, does not answer, or does not give back what it wrapped.</exception>
    public async ValueTask<byte[]> WrapVerifiedAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key)
    {
        var box = await WrapAsync(binding, key);
        using var opened = PinnedBuffer.Rent(key.Length);
        try
        {
            await UnwrapAsync(binding, box, opened.Memory);
        }
        catch (DecryptionException)
        {
            // Told apart from a changed row: nothing was stored yet.
            opened.Span.Clear();
        }

        return CryptographicOperations.FixedTimeEquals(opened.Span, key.Span)
            ? box
            : throw new MasterKeyUnavailableException(binding.MasterKeyId, "it does not unwrap what it has just wrapped");
    }

    /// <summary>
    /// Tries a master key on random bytes that are nobody's key: the box shows, wherever it is unwrapped, that the key there is
    /// the same.
    /// </summary>
    /// <exception cref="MasterKeyException">It can't be used.</exception>
    public async ValueTask<byte[]> NewCheckBoxAsync(string keyId)
    {
        using var nothing = PinnedBuffer.Rent(KeySize);
        RandomNumberGenerator.Fill(nothing.Span);
        return await WrapVerifiedAsync(CheckBinding(keyId), nothing.Memory);
    }

    /// <summary>Checks that a master key is the one that made the check box.</summary>
    /// <exception cref="MasterKeyException">It can't be used, or is another one.</exception>
    public ValueTask CheckAsync(string keyId, byte[] checkBox) => CheckAsync(CheckBinding(keyId), checkBox);

    /// <summary>Checks that the active master key is the one that the installation has: before anything is wrapped by it.</summary>
    /// <exception cref="MasterKeyException">It can't be used, or is another one.</exception>
    public ValueTask CheckAsync(InstallationRow installation) =>
        CheckAsync(MasterKeyBinding.ForInstallationKey(installation.ActiveMasterKeyId), installation.WrappedKey);

    /// <summary>Unwraps into 32 bytes.</summary>
    /// <exception cref="DecryptionException">It is not what was wrapped (S6).</exception>
    /// <exception cref="MasterKeyException">The master key is not here, or does not answer.</exception>
    public async ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key)
    {
        var source = await FindSourceAsync(binding.MasterKeyId);
        await CallAsync(source, (binding, box, key), static async (provider, it, cancellation) =>
        {
            await provider.UnwrapAsync(it.binding, it.box, it.key, cancellation);
            return true;
        });
    }

    /// <summary>Unwraps a project's KEK as it is stored.</summary>
    /// <exception cref="DecryptionException">It is not what was wrapped (S6).</exception>
    /// <exception cref="MasterKeyException">The master key is not here, or does not answer.</exception>
    public ValueTask UnwrapAsync(KekRow kek, Memory<byte> key) => UnwrapAsync(
        MasterKeyBinding.ForKek(kek.WorkspaceId, kek.ProjectId, kek.Id, kek.MasterKeyId), kek.WrappedKey ?? [], key);

    public void Dispose() => sources.ForEach(source => source.Provider.Dispose());

    private static MasterKeyBinding CheckBinding(string keyId) => MasterKeyBinding.ForKek("check", "check", "check", keyId);

    private async ValueTask CheckAsync(MasterKeyBinding binding, byte[] box)
    {
        using var key = PinnedBuffer.Rent(KeySize);
        try
        {
            await UnwrapAsync(binding, box, key.Memory);
        }
        catch (DecryptionException)
        {
            throw new MasterKeyOtherException(binding.MasterKeyId);
        }
    }

    private async ValueTask<MasterKeySource> FindSourceAsync(string keyId)
    {
        await RequireAsync(keyId);
        var source = sources.Find(source => source.Holds(keyId)) ?? throw new MasterKeyMissingException(keyId, KeyIds);
        await RequireRecentAsync(source);
        return source;
    }

    // Keys at hand are used for a while without their provider, and no longer.
    private async ValueTask RequireRecentAsync(MasterKeySource source)
    {
        try
        {
            if (!IsFresh(source, BetweenLooks))
            {
                await LookAsync(source, BetweenLooks);
            }
        }
        catch (MasterKeyUnavailableException) when (IsFresh(source, KeptFor))
        {
            // The call itself will show whether it works.
        }
    }

    // One at a time: who waited gets what the one before found, also that it found no answer.
    private async ValueTask LookAsync(MasterKeySource source, TimeSpan unlessWithin)
    {
        var began = time.GetTimestamp();
        await source.Looking.WaitAsync();
        try
        {
            if (source.Failure is { } failure && failure.At > began)
            {
                throw failure.Exception;
            }

            if (!IsFresh(source, unlessWithin))
            {
                await AskAsync(source);
            }
        }
        finally
        {
            source.Looking.Release();
        }
    }

    private async ValueTask AskAsync(MasterKeySource source)
    {
        try
        {
            var found = await CallAsync(source, 0, static (provider, _, cancellation) => provider.ListAsync(cancellation));
            if (source.Note(found, time.GetTimestamp()))
            {
                KeyLeft?.Invoke();
            }
        }
        catch (MasterKeyUnavailableException exception)
        {
            source.Failure = (time.GetTimestamp(), exception);
            throw;
        }
    }

    private async ValueTask<T> CallAsync<TState, T>(
        MasterKeySource source, TState state, Func<IMasterKeyProvider, TState, CancellationToken, ValueTask<T>> call)
    {
        try
        {
            return await patience.ExecuteAsync(
                static (it, cancellation) => it.call(it.source.Provider, it.state, cancellation), (source, state, call), CancellationToken.None);
        }
        catch (MasterKeyMissingException exception)
        {
            if (source.Forget(exception.KeyId))
            {
                KeyLeft?.Invoke();
            }

            throw new MasterKeyMissingException(exception.KeyId, KeyIds);
        }
        catch (TimeoutRejectedException exception)
        {
            throw new MasterKeyUnavailableException(source.Provider.Source, "no answer in time", exception);
        }
    }

    private bool IsFresh(MasterKeySource source, TimeSpan within) =>
        source.LookedAt is { } looked && time.GetElapsedTime(looked) < within;
}
