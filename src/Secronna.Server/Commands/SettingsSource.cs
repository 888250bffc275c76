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

    private const string Start = "Secronna__";

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
    /// <param name="usualAudiences">The audiences of a server whose settings name none.</param>
    /// <exception cref="SettingsException">A setting is unknown or its value does not fit.</exception>
    public static Settings Read(params IEnumerable<string> usualAudiences)
    {
        RequireDistinctVariables();
        return SettingsReader.Read(Configuration(), usualAudiences);
    }

    /// <summary>
    /// Whether core dumps and diagnostics ports stay as the system sets them. It is read before all other settings.
    /// </summary>
    public static bool ReadDiagnostics() =>
        bool.TryParse(Configuration()["Secronna:Diagnostics"], out var diagnostics) && diagnostics;

    /// <summary>Opens the installation of the settings, for a command. A failed fsync ends the command.</summary>
    public static Task<OpenInstallation> OpenAsync() => OpenAsync(Read());

    /// <summary>Opens the installation that the settings name, for a command. A failed fsync ends the command.</summary>
    public static Task<OpenInstallation> OpenAsync(Settings settings) =>
        OpenInstallation.OpenAsync(settings, migration: null, TimeProvider.System, FailFast.OnFsyncFailure);

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

    /// <summary>
    /// Requires that no two variables name one setting. The names of settings are the same in upper and lower case, and the last
    /// variable would silently win.
    /// </summary>
    /// <exception cref="SettingsException">Two variables name one setting.</exception>
    public static void RequireDistinctVariables()
    {
        var names = Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name.StartsWith(Start, StringComparison.OrdinalIgnoreCase));
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new SettingsException(
                $"the variables {string.Join(" and ", twice.Order(StringComparer.Ordinal))} name one setting: remove one of them; "
                + "names that differ by case alone can be written as a list, see docs/settings.md");
        }
    }
}
