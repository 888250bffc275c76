using Secronna.Server.Configuration;
using Secronna.Server.MasterKeys.Kms;
using Secronna.Server.MasterKeys.Local;
using Secronna.Server.MasterKeys.Pkcs11;

namespace Secronna.Server.MasterKeys.Opening;

/// <summary>Which provider a setting means.</summary>
internal static class MasterKeyProviders
{
    /// <exception cref="SettingsException">It can't be opened; the message begins with "master key".</exception>
    /// <exception cref="MasterKeyUnavailableException">It can't be reached now.</exception>
    public static IMasterKeyProvider Open(MasterKeySettings settings) => settings.Provider switch
    {
        "Environment" => new EnvironmentMasterKeyProvider(),
        "Pkcs11" => Pkcs11MasterKeyProvider.Open(settings),
        "AwsKms" => new AwsKmsMasterKeyProvider(settings),
        _ => new FileMasterKeyProvider(FileOf(settings)),
    };

    /// <summary>Opens the providers that the settings name.</summary>
    /// <exception cref="SettingsException">One can't be opened; the message begins with "master key".</exception>
    /// <exception cref="MasterKeyException">One does not answer.</exception>
    public static async Task<MasterKeyRing> OpenRingAsync(MasterKeySettings settings, TimeProvider time)
    {
        var providers = new List<IMasterKeyProvider>();
        try
        {
            foreach (var setting in settings.Previous.Prepend(settings))
            {
                providers.Add(Open(setting));
            }
        }
        catch
        {
            providers.ForEach(provider => provider.Dispose());
            throw;
        }

        var ring = new MasterKeyRing(providers, time);
        try
        {
            await ring.LookAsync();
            return ring;
        }
        catch
        {
            ring.Dispose();
            throw;
        }
    }

    /// <summary>Adds a new random key to what the settings name.</summary>
    /// <returns>Where it is now.</returns>
    /// <exception cref="SettingsException">Keys are not made there by this program; the message says by what.</exception>
    /// <exception cref="MasterKeyUnavailableException">It can't be reached now.</exception>
    public static string Generate(MasterKeySettings settings, string id)
    {
        switch (settings.Provider)
        {
            case "File":
                FileMasterKeyProvider.Generate(FileOf(settings), id);
                return FileOf(settings);
            case "Pkcs11":
                return Pkcs11MasterKeyProvider.Generate(settings, id);
            case "AwsKms":
                throw new SettingsException(
                    "master key: AwsKms takes no key from here: make one with aws kms create-key, and add its ARN to Secronna__MasterKey__KeyIds");
            default:
                throw new SettingsException(
                    $"master key: {settings.Provider} takes no key from here: add one to {EnvironmentMasterKeyProvider.Variable} yourself, and restart");
        }
    }

    private static string FileOf(MasterKeySettings settings) => settings.File
        ?? throw new SettingsException("master key: Secronna__MasterKey__File is not set: name the file that holds it");
}
