using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Commands;

/// <summary>
/// Reads the settings of commands from <c>appsettings.json</c> in the working folder and from environment variables. Environment
/// variables win.
/// </summary>
internal static class SettingsSource
{
    private const string FileName = "appsettings.json";

    /// <summary>Requires the working folder to exist: settings and relative paths are looked for in it.</summary>
    /// <exception cref="SettingsException">The folder was deleted, or this user may not enter it.</exception>
    public static void RequireWorkingFolder()
    {
        try
        {
            _ = Directory.GetCurrentDirectory();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException("the working folder was deleted, or this user may not enter it: change to another folder (cd /), and try again");
        }
    }

    /// <summary>All settings of the program.</summary>
    /// <exception cref="SettingsException">A setting is unknown or its value does not fit.</exception>
    public static Settings Read() => SettingsReader.Read(Configuration());

    /// <summary>
    /// Whether core dumps and diagnostics ports stay as the system sets them. It is read before all other settings.
    /// </summary>
    public static bool ReadDiagnostics() =>
        bool.TryParse(Configuration()["Secronna:Diagnostics"], out var diagnostics) && diagnostics;

    /// <summary>Opens the installation of the settings, for a command. A failed fsync ends the command.</summary>
    public static Task<OpenInstallation> OpenAsync() => OpenAsync(Read());

    /// <summary>Opens the installation that the settings name, for a command. A failed fsync ends the command.</summary>
    public static Task<OpenInstallation> OpenAsync(Settings settings) =>
        OpenInstallation.OpenAsync(settings, migrate: false, TimeProvider.System, FailFast.OnFsyncFailure);

    /// <summary>The services over an open installation, for a command.</summary>
    public static ServiceProvider Services(OpenInstallation installation, Settings settings) =>
        new ServiceCollection().AddLogging().AddSecronna(installation, settings).BuildServiceProvider();

    /// <summary>The whole configuration, including the web server's own settings.</summary>
    public static IConfigurationRoot Configuration()
    {
        try
        {
            return new ConfigurationBuilder()
                .SetBasePath(Directory.GetCurrentDirectory())
                .AddJsonFile(FileName, optional: true)
                .AddEnvironmentVariables()
                .Build();
        }
        catch (InvalidDataException)
        {
            throw new SettingsException($"{FileName} in the working folder is not valid JSON");
        }
    }
}
