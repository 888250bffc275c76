using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.Backup;

/// <summary>
/// Puts a restored SQLite database in the place of another one. All work is done on a copy in the same folder. Renaming is the last
/// step, so the database's file is always the old one, missing, or the whole new one.
/// </summary>
internal sealed class DatabaseSwap : IDisposable
{
    private const string LogPart = "-wal";
    private static readonly string[] BesideParts = [LogPart, "-shm"];

    private readonly string database;
    private readonly FileStream held;

    // Nobody else can open the file like this, so that two restores never write to one copy.
    private DatabaseSwap(string database)
    {
        this.database = database;
        held = new FileStream(CopyOf(database), OwnersAlone(FileMode.OpenOrCreate));
    }

    /// <summary>The copy that becomes the database.</summary>
    public string Copy => CopyOf(database);

    /// <summary>Copies a backup beside the database.</summary>
    /// <exception cref="SettingsException">The backup is missing, is a database in use, or can't be copied.</exception>
    public static DatabaseSwap Begin(string backup, string database)
    {
        RequireFile(backup);
        if (new FileInfo(backup + LogPart) is { Exists: true, Length: > 0 })
        {
            throw new SettingsException(
                $"{backup} has a log beside it ({backup}{LogPart}), so it is a database and not a backup. The log holds acknowledged writes. "
                + "Put both in place and run secronna-server restored --with-wal");
        }

        return Begin(backup, database, withLog: false);
    }

    /// <summary>Copies the database in place with the log that lies beside it. Opening the copy takes the log in.</summary>
    /// <exception cref="SettingsException">The database is missing, or can't be copied.</exception>
    public static DatabaseSwap BeginWithLog(string database)
    {
        RequireFile(database);
        return Begin(database, database, withLog: true);
    }

    /// <summary>
    /// Moves the old database aside, with its log, and the copy in its place. The copy must be closed, and must have no log: an old
    /// log beside a new database would be played into it.
    /// </summary>
    /// <returns>Where the old database lies now; <c>null</c> if there was none.</returns>
    /// <exception cref="SettingsException">A step failed. The command can be run again.</exception>
    public string? Finish(DateTimeOffset now)
    {
        try
        {
            DurableFile.Flush(Copy);
            var aside = AsideDatabase.NextName(database, now);
            var isMoved = MoveAside(aside);
            File.Move(Copy, database);
            DurableFile.Flush(FolderOf(database));
            return isMoved ? aside : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StorageUnavailableException)
        {
            throw new SettingsException($"{Copy} can't be put in the place of {database}: {exception.Message}. Mend that, and run the command again");
        }
    }

    /// <summary>Deletes the copy, unless it became the database.</summary>
    public void Dispose()
    {
        File.Delete(Copy);
        DeleteBeside(Copy);
        held.Dispose();
    }

    // A database and its log belong together. So the log is copied first and deleted last: wherever this is interrupted, the file of
    // the database has its log beside it.
    private bool MoveAside(string aside)
    {
        var parts = BesideParts.Where(part => File.Exists(database + part)).ToList();
        foreach (var part in parts)
        {
            File.Copy(database + part, aside + part);
            DurableFile.Flush(aside + part);
        }

        var isThere = File.Exists(database);
        if (isThere)
        {
            File.Move(database, aside);
        }

        DurableFile.Flush(FolderOf(database));
        DeleteBeside(database);
        DurableFile.Flush(FolderOf(database));
        return isThere || parts.Count > 0;
    }

    private static DatabaseSwap Begin(string source, string database, bool withLog)
    {
        DatabaseSwap? swap = null;
        try
        {
            swap = new DatabaseSwap(database);
            swap.OwnersAlone();
            DeleteBeside(swap.Copy);
            CopyTo(source, swap.held);
            if (withLog && File.Exists(source + LogPart))
            {
                using var log = new FileStream(swap.Copy + LogPart, OwnersAlone(FileMode.CreateNew));
                CopyTo(source + LogPart, log);
            }

            return swap;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            swap?.Dispose();
            throw new SettingsException(
                $"{source} can't be copied to {CopyOf(database)}: {exception.Message}"
                + (swap is null && File.Exists(CopyOf(database)) ? ". If another restore runs, wait for it" : ""));
        }
    }

    private static void CopyTo(string source, FileStream target)
    {
        using var stream = File.OpenRead(source);
        target.SetLength(0);
        stream.CopyTo(target);
        target.Flush();
    }

    private static void RequireFile(string file)
    {
        if (!File.Exists(file))
        {
            throw new SettingsException($"there is no file {file} that this user may read");
        }
    }

    private static void DeleteBeside(string file)
    {
        foreach (var part in BesideParts)
        {
            File.Delete(file + part);
        }
    }

    // The file may be left of an earlier restore, with another mode.
    private void OwnersAlone()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(held.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static FileStreamOptions OwnersAlone(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private static string CopyOf(string database) => database + ".restoring";

    private static string FolderOf(string database) => Path.GetDirectoryName(database)!;
}
