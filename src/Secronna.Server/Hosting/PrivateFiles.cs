using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server.Hosting;

/// <summary>Checks that nobody else can use the data folder and the database's files (S28).</summary>
internal static class PrivateFiles
{
    /// <summary>Requires the files that exist to be private. It does nothing on Windows.</summary>
    /// <exception cref="SettingsException">
    /// Other users can use a file or the folder, or the system doesn't tell whether they can. The message says what to do.
    /// </exception>
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

        Require(Directory.Exists(settings.StateFolder), settings.StateFolder, "the state folder", "700");

        foreach (var file in database is null ? [] : new[] { database, database + "-wal", database + "-shm" })
        {
            Require(File.Exists(file), file, "the database's file", "600");
        }
    }

    private static void Require(bool exists, string? path, string description, string mode)
    {
        if (exists && !FilePrivacy.IsPrivateData(FilePrivacy.Known(UnixFileStatus.Of(path!), path!), path!))
        {
            throw new SettingsException($"other users can use {description} {path}: run chmod {mode} {path}");
        }
    }
}
