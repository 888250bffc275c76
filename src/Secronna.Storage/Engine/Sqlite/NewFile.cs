using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Secronna.Storage.Engine.Sqlite;

/// <summary>
/// A file that appears under its name whole and on the disk, or not at all: it is written under another name beside it, for
/// its owner alone (S28).
/// </summary>
internal sealed partial class NewFile : IDisposable
{
    private const int ReadOnly = 0;

    private static readonly string[] Companions = ["", "-journal", "-wal", "-shm"];

    private readonly string path;

    private NewFile(string path)
    {
        this.path = path;
        TemporaryPath = $"{path}.partial-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
    }

    /// <summary>Where it is until it is whole.</summary>
    public string TemporaryPath { get; }

    /// <exception cref="StorageSetupException">There is something at the path, or no file can be made there.</exception>
    public static NewFile Create(string path)
    {
        var file = new NewFile(Path.GetFullPath(path));
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
        try
        {
            using (var handle = File.OpenHandle(TemporaryPath, FileMode.Open, FileAccess.ReadWrite))
            {
                RandomAccess.FlushToDisk(handle);
            }

            // Never over another: without overwriting, the move is a link and fails where there is one.
            File.Move(TemporaryPath, path, overwrite: false);
        }
        catch (IOException) when (Path.Exists(path))
        {
            throw Exists(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException($"the copy could not be made durable: {exception.Message}", exception);
        }

        FlushFolder();
    }

    /// <summary>Removes what was not kept.</summary>
    public void Dispose()
    {
        foreach (var companion in Companions)
        {
            File.Delete(TemporaryPath + companion);
        }
    }

    // The name is the folder's.
    private void FlushFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = Open(Path.GetDirectoryName(path)!, ReadOnly);
        var isDurable = folder >= 0 && FileSync(folder) == 0;
        if (folder >= 0)
        {
            _ = Close(folder);
        }

        if (!isDurable)
        {
            File.Delete(path);
            throw new StorageUnavailableException("the copy could not be made durable: the disk did not confirm its name");
        }
    }

    private static StorageSetupException Exists(string path) => new($"there is something at {path}: a copy is never written over");

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int FileSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
