using System.Runtime.InteropServices;

namespace Secronna.Storage.Engine;

/// <summary>Waits until a file is on the disk. The framework's own flush does not tell when the disk refuses.</summary>
public static partial class DurableFile
{
    private const int ReadOnly = 0;

    /// <summary>Comes back when what was written to the file is on the disk; of a folder, the names in it.</summary>
    /// <exception cref="StorageUnavailableException">The disk did not confirm it: it may be lost (S30).</exception>
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
