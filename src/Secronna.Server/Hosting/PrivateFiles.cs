using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting;

/// <summary>The data folder and the database's files are their owner's alone (S28).</summary>
internal static class PrivateFiles
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <exception cref="SettingsException">Others can use one of them; the message says what to run.</exception>
    public static void Require(Settings settings)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var database = OpenInstallation.RequireEngine(settings, TimeProvider.System).FilePath;
        foreach (var folder in new[] { settings.DataFolder, Path.GetDirectoryName(database) })
        {
            Require(Directory.Exists(folder), folder, "the data folder", "700");
        }

        foreach (var file in database is null ? [] : new[] { database, database + "-wal", database + "-shm" })
        {
            Require(File.Exists(file), file, "the database's file", "600");
        }
    }

    private static void Require(bool exists, string? path, string what, string mode)
    {
        if (exists && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path!) & Others) != 0)
        {
            throw new SettingsException($"others can read {what} {path}: run chmod {mode} on it");
        }
    }
}
