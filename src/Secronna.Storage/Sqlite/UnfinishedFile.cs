using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// A new file that appears under its name when it is complete and durable, or not at all. Until then it has a temporary name in
/// the same folder. Only its owner can read it (S28).
/// </summary>
internal sealed partial class UnfinishedFile : IDisposable
{
    private static readonly string[] Companions = ["", "-journal", "-wal", "-shm"];

    private readonly string path;

    private UnfinishedFile(string path)
    {
        this.path = path;
        TemporaryPath = $"{path}.partial-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
    }

    /// <summary>The path of the file until <see cref="Keep"/> gives the file its name.</summary>
    public string TemporaryPath { get; }

    /// <summary>Creates the empty file under its temporary name.</summary>
    /// <exception cref="StorageSetupException">Something exists at the path, or no file can be created there.</exception>
    public static UnfinishedFile Create(string path)
    {
        var file = new UnfinishedFile(Path.GetFullPath(path));
        if (Path.Exists(file.path))
        {
            throw Exists(file.path);
        }

        try
        {
            OwnerOnlyFile.Create(file.TemporaryPath);
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageSetupException($"no file can be created at {file.path}: {exception.Message}", exception);
        }
    }

    /// <summary>Flushes the file to the disk, then gives it its name.</summary>
    /// <exception cref="StorageSetupException">Another file got the name meanwhile.</exception>
    /// <exception cref="StorageUnavailableException">
    /// The disk did not confirm a write, or the file could not be renamed.
    /// </exception>
    public void Keep()
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(TemporaryPath, path, overwrite: false);
            return;
        }

        DurableFile.Flush(TemporaryPath);
        GiveName();
        try
        {
            // The name is stored in the folder, so the folder needs its own flush.
            DurableFile.Flush(Path.GetDirectoryName(path)!);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Removes the temporary name, and with it the file if it was not kept.</summary>
    public void Dispose()
    {
        foreach (var companion in Companions)
        {
            File.Delete(TemporaryPath + companion);
        }
    }

    // A move could replace a file that another process created meanwhile. A hard link can't, so the file gets its name by a hard
    // link. Where the file system has no hard links, the file is moved.
    private void GiveName()
    {
        if (Link(TemporaryPath, path) == 0)
        {
            return;
        }

        if (Path.Exists(path))
        {
            throw Exists(path);
        }

        try
        {
            File.Move(TemporaryPath, path, overwrite: false);
        }
        catch (IOException exception)
        {
            throw new StorageUnavailableException($"the copy could not be renamed to {path}: {exception.Message}", exception);
        }
    }

    private static StorageSetupException Exists(string path) => new($"{path} exists already: name another file, since a copy never overwrites one");

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string path, string other);
}
