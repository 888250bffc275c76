namespace Secronna.Storage.Engine;

/// <summary>Creates files and folders that only their owner can read and write (S28).</summary>
public static class OwnerOnlyFile
{
    // The HResult of the exception when a file is opened that another process has locked.
    private static readonly int LockedError =
        OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>Creates a folder, and the folders above it that are missing. An existing folder stays as it is.</summary>
    /// <exception cref="IOException">A file exists at the path.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not create a folder there.</exception>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Creates an empty file.</summary>
    /// <exception cref="IOException">A file exists at the path, or none can be created there.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not create a file there.</exception>
    public static void Create(string path) => new FileStream(path, Options(FileMode.CreateNew)).Dispose();

    /// <summary>Writes a file, in place of the one that there may be, and returns when the contents are on the disk.</summary>
    /// <exception cref="StorageUnavailableException">The disk did not confirm the write.</exception>
    public static void Write(string path, ReadOnlySpan<byte> contents)
    {
        using (var file = new FileStream(path, Options(FileMode.Create)))
        {
            file.Write(contents);
        }

        DurableFile.Flush(path);
    }

    /// <summary>
    /// Locks a file, which is created if it is missing. The system releases the lock however the process ends. Returns <c>null</c>
    /// while another process holds the lock.
    /// </summary>
    public static IDisposable? TryLock(string path)
    {
        try
        {
            return new FileStream(path, Options(FileMode.OpenOrCreate));
        }
        catch (IOException exception) when (exception.HResult == LockedError)
        {
            return null;
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
