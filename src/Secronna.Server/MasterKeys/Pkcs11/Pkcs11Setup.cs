using Net.Pkcs11Interop.Common;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>Opens the provider for the token that the settings name, and creates keys in that token.</summary>
internal static class Pkcs11Setup
{
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Loads the library, logs in at the token and checks that no two keys share a label.</summary>
    /// <exception cref="SettingsException">A setting is missing or wrong. The message names it.</exception>
    /// <exception cref="MasterKeyUnavailableException">The token does not work at present.</exception>
    public static Pkcs11MasterKeyProvider Open(MasterKeySettings settings)
    {
        var library = Required(settings.Library, "Library", "the path of the library that speaks to the token");
        var label = Required(settings.Token, "Token", "the token's label");
        var pinFile = Required(settings.PinFile, "PinFile", "a file that holds the user's PIN");
        var opening = Task.Factory.StartNew(
            () => Open(library, label, pinFile), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (Task.WaitAny([opening], OpenTimeout) != 0)
        {
            throw new SettingsException($"master key: {library} did not answer in {OpenTimeout.TotalSeconds:0} seconds");
        }

        return opening.GetAwaiter().GetResult();
    }

    /// <summary>Creates a new random key that can't be read out of the token.</summary>
    /// <returns>Where the key is now, for messages.</returns>
    /// <exception cref="SettingsException">
    /// A setting is wrong, the token already has a key with this id, or it refuses to create one.
    /// </exception>
    /// <exception cref="MasterKeyUnavailableException">The token does not work at present.</exception>
    public static string Generate(MasterKeySettings settings, string id)
    {
        using var provider = Open(settings);
        try
        {
            provider.Generate(id);
            return provider.Source;
        }
        catch (Pkcs11Exception exception)
        {
            throw new SettingsException($"master key: {provider.Source}: {Pkcs11Module.Reason(exception)}");
        }
        catch (Pkcs11PinException exception)
        {
            throw new SettingsException($"master key: {exception.Message}");
        }
    }

    private static Pkcs11MasterKeyProvider Open(string library, string label, string pinFile)
    {
        var source = $"token {label} of {library}";
        try
        {
            var module = Pkcs11Module.Acquire(library);
            return Checked(new Pkcs11MasterKeyProvider(module, new Pkcs11Token(module, label, pinFile), source));
        }
        catch (Pkcs11PinException exception)
        {
            throw new SettingsException($"master key: {exception.Message}");
        }
        catch (Pkcs11Exception exception)
        {
            throw new MasterKeyUnavailableException(source, Pkcs11Module.Reason(exception), exception);
        }
    }

    private static Pkcs11MasterKeyProvider Checked(Pkcs11MasterKeyProvider provider)
    {
        try
        {
            provider.Check();
            return provider;
        }
        catch
        {
            provider.Dispose();
            throw;
        }
    }

    private static string Required(string? value, string name, string meaning) => value
        ?? throw new SettingsException($"master key: Secronna__MasterKey__{name} is not set: name {meaning}");
}
