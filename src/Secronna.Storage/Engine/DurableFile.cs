using System.Runtime.InteropServices;

namespace Secronna.Storage.Engine;

/// <summary>Flushes files to the disk. The framework's own flush does not report when the disk fails.</summary>
public static partial class DurableFile
{
    private const int ReadOnly = 0;

    /// <summary>
    /// Flushes a file, and returns when its content is on the disk. For a folder, flushes the names in the folder. Does nothing
    /// on Windows.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The disk did not confirm the write, which may be lost (S30).</exception>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(path, ReadOnly);
        var isDurable = descriptor >= 0 && FileSync(descriptor) == 0;
        if (descriptor >= 0)
        {
            _ = Close(descriptor);
        }

        if (!isDurable)
        {
            throw new StorageUnavailableException($"the disk did not confirm that {path} is written (fsync)");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int FileSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
