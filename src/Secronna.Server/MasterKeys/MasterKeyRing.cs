using Secronna.Crypto;
using Secronna.Storage.Tables;

namespace Secronna.Server.MasterKeys;

/// <summary>
/// Finds master keys by their ids, among the keys of all providers in the settings: the main provider and previous providers. The
/// keys of previous providers only unwrap old keys. If an id is unknown, the ring fetches the providers' lists again.
/// </summary>
internal sealed class MasterKeyRing : IDisposable
{
    private static readonly TimeSpan BetweenSearches = TimeSpan.FromSeconds(1);

    private readonly List<MasterKeySource> sources;

    /// <summary>Creates a ring over these providers, the main one first. The ring disposes of them.</summary>
    public MasterKeyRing(IReadOnlyList<IMasterKeyProvider> providers, TimeProvider time)
    {
        var limits = ProviderCallLimits.CreatePipeline(time);
        sources = [.. providers.Select(provider => new MasterKeySource(provider, limits, time))];
        sources.ForEach(source => source.KeyLost += () => KeyLost?.Invoke());
    }

    /// <summary>
    /// Raised when a provider no longer holds a key that it held: keys that it unwrapped must no longer be used.
    /// </summary>
    public event Action? KeyLost;

    /// <summary>The ids of all keys, the main provider's first.</summary>
    public IEnumerable<string> KeyIds => sources.SelectMany(source => source.KeyIds).Distinct(StringComparer.Ordinal);

    /// <summary>The ids of the main provider's keys, the oldest first. A rotation may make one of them the active key.</summary>
    public IReadOnlyList<string> MainKeyIds => sources[0].KeyIds;

    /// <summary>Where the main provider's keys come from, for messages.</summary>
    public string MainSource => sources[0].Description;

    /// <summary>How often to ask the providers whether they still hold their keys: the longest of their intervals.</summary>
    public TimeSpan RefreshInterval => sources.Max(source => source.RefreshInterval);

    /// <summary>The id of the key that a new database uses.</summary>
    /// <exception cref="SettingsException">The main provider holds no key.</exception>
    public string FirstKeyId => MainKeyIds.Count > 0
        ? MainKeyIds[0]
        : throw new SettingsException($"master key: {MainSource} holds no key: run secronna-server master-key generate");

    public bool Holds(string keyId) => sources.Exists(source => source.Holds(keyId));

    /// <summary>True if a provider holds the key. An unknown id makes the ring refresh, at most once a second.</summary>
    /// <exception cref="MasterKeyUnavailableException">The id is unknown and a provider did not answer.</exception>
    public async ValueTask<bool> FindAsync(string keyId)
    {
        if (!Holds(keyId))
        {
            await RefreshAsync(BetweenSearches);
        }

        return Holds(keyId);
    }

    /// <summary>Requires that a provider holds the key.</summary>
    /// <exception cref="MasterKeyException">No provider holds it, or a provider that may hold it does not answer.</exception>
    public async ValueTask RequireAsync(string keyId)
    {
        if (!await FindAsync(keyId))
        {
            throw new MasterKeyMissingException(keyId, KeyIds);
        }
    }

    /// <summary>Fetches the list of each provider that did not answer within <paramref name="unlessWithin"/>.</summary>
    /// <exception cref="MasterKeyUnavailableException">
    /// A provider did not answer; the others were asked all the same. Its keys stay usable for
    /// <see cref="MasterKeySource.MaxSilence"/>.
    /// </exception>
    public async ValueTask RefreshAsync(TimeSpan unlessWithin = default)
    {
        MasterKeyUnavailableException? failure = null;
        foreach (var source in sources.Where(source => !source.AnsweredWithin(unlessWithin)))
        {
            try
            {
                await source.RefreshAsync(unlessWithin);
            }
            catch (MasterKeyUnavailableException exception)
            {
                failure = exception;
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>Wraps a 32-byte key with the master key that the binding names.</summary>
    /// <exception cref="MasterKeyException">No provider holds the master key, or its provider does not answer.</exception>
    public ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key) => CallAsync(
        binding.MasterKeyId, (binding, key), static (provider, it, cancellation) => provider.WrapAsync(it.binding, it.key, cancellation));

    /// <summary>Unwraps a key into the 32 bytes of <paramref name="key"/>.</summary>
    /// <exception cref="DecryptionException">The master key, the binding or any bit of the box is wrong (S6).</exception>
    /// <exception cref="MasterKeyException">No provider holds the master key, or its provider does not answer.</exception>
    public async ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key) => await CallAsync(
        binding.MasterKeyId, (binding, box, key), static async (provider, it, cancellation) =>
        {
            await provider.UnwrapAsync(it.binding, it.box, it.key, cancellation);
            return true;
        });

    /// <summary>Unwraps a project's KEK into the 32 bytes of <paramref name="key"/>.</summary>
    /// <exception cref="DecryptionException">The master key or the row is wrong, or the KEK was destroyed (S6).</exception>
    /// <exception cref="MasterKeyException">No provider holds the master key, or its provider does not answer.</exception>
    public ValueTask UnwrapAsync(KekRow kek, Memory<byte> key) => UnwrapAsync(
        MasterKeyBinding.ForKek(kek.WorkspaceId, kek.ProjectId, kek.Id, kek.MasterKeyId), kek.WrappedKey ?? [], key);

    public void Dispose() => sources.ForEach(source => source.Dispose());

    private async ValueTask<T> CallAsync<TState, T>(
        string keyId, TState state, Func<IMasterKeyProvider, TState, CancellationToken, ValueTask<T>> call)
    {
        await RequireAsync(keyId);
        var source = sources.Find(source => source.Holds(keyId)) ?? throw new MasterKeyMissingException(keyId, KeyIds);
        await source.RequireRecentAsync();
        try
        {
            return await source.CallAsync(state, call);
        }
        catch (MasterKeyMissingException exception)
        {
            throw new MasterKeyMissingException(exception.KeyId, KeyIds);
        }
    }
}
