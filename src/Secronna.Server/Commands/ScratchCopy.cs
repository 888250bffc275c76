using System.Data.Common;
using Secronna.Server.MasterKeys;
using Secronna.Storage;
using Secronna.Storage.Engine;

namespace Secronna.Server.Commands;

/// <summary>
/// A copy of a backup's file in a folder for its owner alone, which is removed at the end: opening and migrating it does
/// not touch the backup.
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

    public string Path { get; }

    public DatabaseEngine Engine { get; }

    /// <exception cref="SettingsException">There is no such file, it is not all there is of its database, or it can't be copied.</exception>
    public static ScratchCopy Of(string file)
    {
        if (!File.Exists(file))
        {
            throw new SettingsException($"there is no file {file} that this user may read");
        }

        if (new FileInfo(file + "-wal") is { Exists: true, Length: > 0 })
        {
            throw new SettingsException(
                $"{file} has a log beside it (-wal), so that it is a database and no backup: verify it with --connection 'Data Source={file}'");
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
            throw new SettingsException($"{file} can't be copied to {copy.folder.FullName} to be verified: {exception.Message}");
        }
    }

    /// <summary>A backup of an older version becomes what a restored one would.</summary>
    public async Task MigrateAsync() => await Migrator.ApplyAsync(Engine);

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
