using Secronna.Crypto;
using Secronna.Server.Configuration;
using Secronna.Storage;

namespace Secronna.Server.MasterKeys;

/// <summary>The configured provider, and those that only old keys are read from: each key by its id.</summary>
internal sealed class MasterKeyRing : IDisposable
{
    private readonly List<IMasterKeyProvider> providers;

    private MasterKeyRing(List<IMasterKeyProvider> providers) => this.providers = providers;

    /// <summary>The ids of all keys, the main provider's first.</summary>
    public IEnumerable<string> KeyIds => providers.SelectMany(provider => provider.KeyIds).Distinct(StringComparer.Ordinal);

    /// <summary>The key that a new database takes.</summary>
    /// <exception cref="SettingsException">The main provider has none.</exception>
    public string FirstId => providers[0].KeyIds.Count > 0
        ? providers[0].KeyIds[0]
        : throw new SettingsException($"master key: {providers[0].Source} holds no key: run secronna-server master-key generate");

    /// <summary>Opens the providers that the settings name.</summary>
    /// <exception cref="SettingsException">One can't be opened; the message begins with "master key".</exception>
    public static MasterKeyRing Open(MasterKeySettings settings)
    {
        var providers = new List<IMasterKeyProvider>();
        try
        {
            foreach (var setting in settings.Previous.Prepend(settings))
            {
                providers.Add(OpenProvider(setting));
            }
        }
        catch
        {
            providers.ForEach(provider => provider.Dispose());
            throw;
        }

        return new MasterKeyRing(providers);
    }

    public bool Holds(string keyId) => providers.Exists(provider => provider.KeyIds.Contains(keyId));

    public ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key) =>
        Find(binding).WrapAsync(binding, key);

    public ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key) =>
        Find(binding).UnwrapAsync(binding, box, key);

    /// <summary>Unwraps a project's KEK as it is stored.</summary>
    /// <exception cref="DecryptionException">It is not what was wrapped (S6), or the master key is not here.</exception>
    public ValueTask UnwrapAsync(KekRow kek, Memory<byte> key) => UnwrapAsync(
        MasterKeyBinding.ForKek(kek.WorkspaceId, kek.ProjectId, kek.Id, kek.MasterKeyId), kek.WrappedKey ?? [], key);

    public void Dispose() => providers.ForEach(provider => provider.Dispose());

    private IMasterKeyProvider Find(MasterKeyBinding binding) =>
        providers.Find(provider => provider.KeyIds.Contains(binding.MasterKeyId)) ?? throw new DecryptionException();

    private static IMasterKeyProvider OpenProvider(MasterKeySettings settings) => settings.Provider switch
    {
        "Environment" => new EnvironmentMasterKeyProvider(),
        _ => new FileMasterKeyProvider(settings.File
            ?? throw new SettingsException("master key: Secronna__MasterKey__File is not set: name the file that holds it")),
    };
}
