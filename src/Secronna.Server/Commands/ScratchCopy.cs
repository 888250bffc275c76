using System.Data.Common;
using Secronna.Server.Features.Migrations;
using Secronna.Server.MasterKeys;
using Secronna.Storage;
using Secronna.Storage.Engine;

namespace Secronna.Server.Commands;

/// <summary>
/// A temporary copy of a backup's file, in a folder that only its owner may use. Opening and migrating the copy does not change
/// the backup. Disposing deletes the copy.
/// </summary>
internal sealed class ScratchCopy : IDisposable
{
    private readonly DirectoryInfo folder;

    private ScratchCopy(string original)
    {
        Original = original;
        folder = Directory.CreateTempSubdirectory("secronna-verify-");
        Path = System.IO.Path.Combine(folder.FullName, "secronna.db");
        Engine = DatabaseEngines.Sqlite(
            new DbConnectionStringBuilder { ["Data Source"] = Path }.ConnectionString, TimeProvider.System);
    }

    /// <summary>The file that was copied.</summary>
    public string Original { get; }

    /// <summary>The copy.</summary>
    public string Path { get; }

    /// <summary>The engine of the copy.</summary>
    public DatabaseEngine Engine { get; }

    /// <summary>Copies a backup's file.</summary>
    /// <exception cref="SettingsException">
    /// The file does not exist, it is a database with a log and not a backup, or it can't be copied.
    /// </exception>
    public static ScratchCopy Create(string file)
    {
        if (!File.Exists(file))
        {
            throw new SettingsException($"there is no file {file} that this user may read");
        }

        if (new FileInfo(file + "-wal") is { Exists: true, Length: > 0 })
        {
            throw new SettingsException(
                $"{file} has a log beside it (-wal), so it is a database in use and not a backup: verify it with --connection 'Data Source={file}'");
        }

        var copy = new ScratchCopy(file);
        try
        {
            copy.Fill();
            return copy;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            copy.Dispose();
            throw new SettingsException($"{file} can't be copied to {copy.folder.FullName} for verification: {exception.Message}");
        }
    }

    /// <summary>Migrates the copy, as a restored backup of an older version would be migrated.</summary>
    public async Task MigrateAsync() => await MigrationService.ApplyAsync(Engine, new ProgressReport(TimeProvider.System).Report);

    public void Dispose() => folder.Delete(recursive: true);

    private void Fill()
    {
        File.Copy(Original, Path);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
