using Secronna.Crypto.Trail;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.LogFolders;

/// <summary>
/// A folder with one log in the form of C2SP <c>tlog-tiles</c>, locked while it is written to. Its files are the owner's alone
/// (S28). The checkpoint is written last, so it never covers anything that isn't there.
/// </summary>
internal sealed class LogFolder : IDisposable
{
    /// <summary>The name of the file with the log's keys. They are here for convenience: a verifier must not trust them.</summary>
    public const string Keys = "keys";

    private const string Checkpoint = "checkpoint";
    private const string NewCheckpoint = "checkpoint.new";
    private const string Tiles = "tile";
    private const string LockFile = "export.lock";

    private readonly IDisposable lockFile;

    // The folders that got new files. Their names must be on the disk before the checkpoint is.
    private readonly HashSet<string> changed = [];

    private LogFolder(string path, IDisposable lockFile) => (Path, this.lockFile) = (path, lockFile);

    /// <summary>The folder's path.</summary>
    public string Path { get; }

    /// <summary>Creates the folder if it is missing, and locks it until this object is disposed.</summary>
    /// <exception cref="SettingsException">The folder has other files, or another command writes to it.</exception>
    public static LogFolder Lock(string path)
    {
        if (File.Exists(path))
        {
            throw new SettingsException($"{path} is a file, not a folder: name another folder");
        }

        OwnerOnlyFile.CreateFolder(path);
        RequireNothingElse(path);
        return new LogFolder(path, OwnerOnlyFile.TryLock(System.IO.Path.Combine(path, LockFile))
            ?? throw new SettingsException($"another command writes to {path}: wait until it has finished"));
    }

    /// <summary>Requires that a folder, which is to have folders with logs, doesn't have a log itself.</summary>
    /// <exception cref="SettingsException">The folder is one of a single log.</exception>
    public static void RequireNoLog(string path)
    {
        if (File.Exists(System.IO.Path.Combine(path, Keys)))
        {
            throw new SettingsException($"{path} has the log of one workspace: name that one with --workspace, or another folder for all logs");
        }
    }

    /// <summary>The path of a file of the log.</summary>
    public string PathOf(string name) => System.IO.Path.Combine([Path, .. name.Split('/')]);

    /// <summary>Reads the signed note of the log as far as it is in the folder; <c>null</c> if there is none yet.</summary>
    public byte[]? ReadCheckpoint() => Find(Checkpoint);

    /// <summary>Reads the keys, one a line; <c>null</c> if there are none yet.</summary>
    public string[]? ReadKeys() => File.Exists(PathOf(Keys)) ? File.ReadAllLines(PathOf(Keys)) : null;

    /// <summary>Reads a file; <c>null</c> if it isn't there.</summary>
    public byte[]? Find(string name) => File.Exists(PathOf(name)) ? File.ReadAllBytes(PathOf(name)) : null;

    /// <summary>Writes a file, and returns when its contents are on the disk. Several threads may write at the same time.</summary>
    public void Write(string name, ReadOnlySpan<byte> contents)
    {
        var path = PathOf(name);
        var folder = System.IO.Path.GetDirectoryName(path)!;
        OwnerOnlyFile.CreateFolder(folder);
        OwnerOnlyFile.Write(path, contents);
        lock (changed)
        {
            for (; folder.Length >= Path.Length && changed.Add(folder); folder = System.IO.Path.GetDirectoryName(folder)!)
            {
            }
        }
    }

    /// <summary>Replaces the checkpoint, once everything that it covers is on the disk.</summary>
    public void Publish(ReadOnlySpan<byte> note)
    {
        Write(NewCheckpoint, note);
        foreach (var folder in changed)
        {
            DurableFile.Flush(folder);
        }

        File.Move(PathOf(NewCheckpoint), PathOf(Checkpoint), overwrite: true);
        DurableFile.Flush(Path);
        changed.Clear();
    }

    /// <summary>Removes the partial files of a tile, which are of no use any more: a larger one has their contents.</summary>
    public void RemovePartial(TilePosition tile)
    {
        Remove(TilePath.Format(tile));
        if (tile.Level == 0)
        {
            Remove(TilePath.FormatEntries(tile));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => lockFile.Dispose();

    private void Remove(string name)
    {
        if (File.Exists(PathOf(name)))
        {
            File.Delete(PathOf(name));
        }

        var folder = System.IO.Path.GetDirectoryName(PathOf(name))!;
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    private static void RequireNothingElse(string path)
    {
        string[] known = [Checkpoint, NewCheckpoint, Keys, Tiles, LockFile];
        if (Directory.EnumerateFileSystemEntries(path).Select(System.IO.Path.GetFileName).Except(known).Order().FirstOrDefault() is { } other)
        {
            throw new SettingsException($"{path} holds something else than an exported log, such as {other}: name a new folder");
        }
    }
}
