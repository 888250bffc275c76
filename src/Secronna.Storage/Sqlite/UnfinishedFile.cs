using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// A file that appears under its name whole and on the disk, or not at all: it is written under another name beside it, for
/// its owner alone (S28).
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

    /// <summary>Where it is until it is whole.</summary>
    public string TemporaryPath { get; }

    /// <exception cref="StorageSetupException">There is something at the path, or no file can be made there.</exception>
    public static UnfinishedFile Create(string path)
    {
        var file = new UnfinishedFile(Path.GetFullPath(path));
        if (Path.Exists(file.path))
        {
            throw Exists(file.path);
        }

        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            new FileStream(file.TemporaryPath, options).Dispose();
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageSetupException($"no file can be made at {file.path}: {exception.Message}", exception);
        }
    }

    /// <summary>Gives the file its name, once it is on the disk.</summary>
    /// <exception cref="StorageSetupException">Something got the name meanwhile.</exception>
    /// <exception cref="StorageUnavailableException">The disk did not confirm it.</exception>
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
            // The name is the folder's.
            DurableFile.Flush(Path.GetDirectoryName(path)!);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Removes what was not kept, and the name that it had meanwhile.</summary>
    public void Dispose()
    {
        foreach (var companion in Companions)
        {
            File.Delete(TemporaryPath + companion);
        }
    }

    // A link is never made over another file; a move would be. Not every file system has links.
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
            throw new StorageUnavailableException($"the copy could not be given its name: {exception.Message}", exception);
        }
    }

    private static StorageSetupException Exists(string path) => new($"there is something at {path}: a copy is never written over");

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string path, string other);
}
