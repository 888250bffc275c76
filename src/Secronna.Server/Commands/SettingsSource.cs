using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Hosting;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Commands;

/// <summary>Where commands take the settings from: <c>appsettings.json</c> in the working folder, then the environment.</summary>
internal static class SettingsSource
{
    private const string File = "appsettings.json";

    public static Settings Read() => SettingsReader.Read(Configuration());

    /// <summary>Whether dumps and diagnostics stay as the system has them; needed before anything else.</summary>
    public static bool ReadDiagnostics() =>
        bool.TryParse(Configuration()["Secronna:Diagnostics"], out var diagnostics) && diagnostics;

    /// <summary>An open installation for a command; a failed fsync ends the command.</summary>
    public static Task<OpenInstallation> OpenAsync() => OpenAsync(Read());

    /// <summary>Opens the installation that the settings name, for a command. A failed fsync ends the command.</summary>
    public static Task<OpenInstallation> OpenAsync(Settings settings) =>
        OpenInstallation.OpenAsync(settings, migrate: false, TimeProvider.System, FailFast.OnFsyncFailure);

    /// <summary>The services over an open installation, for a command.</summary>
    public static ServiceProvider Services(OpenInstallation installation, Settings settings) =>
        new ServiceCollection().AddLogging().AddSecronna(installation, settings).BuildServiceProvider();

    /// <summary>All that is configured, the web server's own part included.</summary>
    public static IConfigurationRoot Configuration()
    {
        try
        {
            return new ConfigurationBuilder()
                .SetBasePath(Directory.GetCurrentDirectory())
                .AddJsonFile(File, optional: true)
                .AddEnvironmentVariables()
                .Build();
        }
        catch (InvalidDataException)
        {
            throw new SettingsException($"{File} in the working folder is not valid JSON");
        }
    }
}
