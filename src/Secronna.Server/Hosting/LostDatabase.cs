using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Hosting;

/// <summary>
/// Finds signs of a database that is gone or unfinished, before a server starts. A server that made a new database then would hide
/// that the old one is lost.
/// </summary>
internal static class LostDatabase
{
    private static readonly string[] Leftovers = ["-wal", ".restoring", ".aside-*"];

    /// <summary>Requires a state folder, and that there are no such signs. Changes nothing.</summary>
    /// <exception cref="SettingsException">There is no state folder, or the database is gone or unfinished.</exception>
    public static async Task<StateFolder> RequireNoneAsync(Settings settings)
    {
        var engine = OpenInstallation.RequireEngine(settings, TimeProvider.System);
        var folder = StateFolder.Require(settings, engine);
        if (folder.IsRestoring)
        {
            throw new SettingsException("secronna-server restored did not finish: run it again, so that what was revoked since the backup stays revoked");
        }

        if (!await InstallationTable.ExistsAsync(engine))
        {
            RequireNew(engine, folder);
        }

        return folder;
    }

    private static void RequireNew(DatabaseEngine engine, StateFolder folder)
    {
        if (folder.Checkpoints.HasAny)
        {
            throw new SettingsException(
                $"there is no installation in {engine.DisplayName}, but the state folder has checkpoints of one: put its database back, or restore a "
                + "backup (docs/backup-and-restore.md). For a new installation, name an empty Secronna__StateFolder");
        }

        if (engine.FilePath is { } file && FindLeft(file) is { } left)
        {
            throw new SettingsException(
                $"there is no database {file}, but {left} is left of one: put the database back beside it, or restore a backup with "
                + "secronna-server restore. For a new installation, move it to another folder");
        }
    }

    // A log beside a missing database holds acknowledged writes, and a database that was moved aside is the one before.
    private static string? FindLeft(string file) =>
        File.Exists(file) || Path.GetDirectoryName(file) is not { } folder || !Directory.Exists(folder)
            ? null
            : Leftovers.SelectMany(left => Directory.EnumerateFiles(folder, Path.GetFileName(file) + left))
                .Order(StringComparer.Ordinal).FirstOrDefault();
}
