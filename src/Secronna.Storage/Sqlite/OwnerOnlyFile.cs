namespace Secronna.Storage.Sqlite;

/// <summary>Creates files and folders that only their owner can read and write (S28).</summary>
internal static class OwnerOnlyFile
{
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
    public static void Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, options).Dispose();
    }
}
