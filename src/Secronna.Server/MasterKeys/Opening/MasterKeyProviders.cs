using Secronna.Server.MasterKeys.Kms;
using Secronna.Server.MasterKeys.Local;
using Secronna.Server.MasterKeys.Pkcs11;

namespace Secronna.Server.MasterKeys.Opening;

/// <summary>Opens the providers that the settings name. No other class knows every kind of provider.</summary>
internal static class MasterKeyProviders
{
    /// <summary>Opens one provider.</summary>
    /// <exception cref="SettingsException">The provider can't be opened. The message begins with "master key".</exception>
    /// <exception cref="MasterKeyUnavailableException">The provider can't be reached at present.</exception>
    public static IMasterKeyProvider Open(MasterKeySettings settings) => settings.Provider switch
    {
        "Environment" => new EnvironmentMasterKeyProvider(),
        "Pkcs11" => Pkcs11Setup.Open(settings),
        "AwsKms" => new AwsKmsMasterKeyProvider(settings),
        _ => new FileMasterKeyProvider(RequiredFile(settings)),
    };

    /// <summary>Opens the main provider and the previous ones as a ring, and fetches their lists of keys.</summary>
    /// <exception cref="SettingsException">A provider can't be opened. The message begins with "master key".</exception>
    /// <exception cref="MasterKeyException">A provider does not answer.</exception>
    public static async Task<MasterKeyRing> OpenRingAsync(MasterKeySettings settings, TimeProvider time)
    {
        var ring = new MasterKeyRing(OpenAll(settings), time);
        try
        {
            await ring.RefreshAsync();
            return ring;
        }
        catch
        {
            ring.Dispose();
            throw;
        }
    }

    /// <summary>Creates a new random key in the provider that the settings name.</summary>
    /// <returns>Where the key is now, for messages.</returns>
    /// <exception cref="SettingsException">
    /// The server can't create keys in this provider. The message says how to create one.
    /// </exception>
    /// <exception cref="MasterKeyUnavailableException">The provider can't be reached at present.</exception>
    public static string Generate(MasterKeySettings settings, string id)
    {
        switch (settings.Provider)
        {
            case "File":
                MasterKeyFile.Generate(RequiredFile(settings), id);
                return RequiredFile(settings);
            case "Pkcs11":
                return Pkcs11Setup.Generate(settings, id);
            case "AwsKms":
                throw new SettingsException(
                    "master key: keys in AWS KMS are not created from here: "
                    + "create one with aws kms create-key, and add its ARN to Secronna__MasterKey__KeyIds");
            default:
                throw new SettingsException(
                    $"master key: {settings.Provider} keys are not created from here: "
                    + $"add a key to {EnvironmentMasterKeyProvider.Variable} yourself, and restart");
        }
    }

    private static List<IMasterKeyProvider> OpenAll(MasterKeySettings settings)
    {
        var providers = new List<IMasterKeyProvider>();
        try
        {
            foreach (var setting in settings.Previous.Prepend(settings))
            {
                providers.Add(Open(setting));
            }

            return providers;
        }
        catch
        {
            providers.ForEach(provider => provider.Dispose());
            throw;
        }
    }

    private static string RequiredFile(MasterKeySettings settings) => settings.File
        ?? throw new SettingsException("master key: Secronna__MasterKey__File is not set: name the file that holds the key");
}
