using System.Security.Cryptography;

namespace Secronna.Cli.Files;

/// <summary>Files that only their owner may read.</summary>
internal static class PrivateFile
{
    /// <summary>The mode 0600.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int SuffixBytes = 8;

    /// <summary>Options to open a file. A file that is created by them gets the mode 0600.</summary>
    public static FileStreamOptions Options(FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Mode;
        }

        return options;
    }

    /// <summary>
    /// Replaces a file by a new one that is already on the disk. A reader finds either the old or the new contents, never a part.
    /// </summary>
    /// <exception cref="IOException">The new file could not be written. The old file is unchanged.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> contents)
    {
        // A random name, because two processes may write at the same time.
        var next = $"{path}.{RandomNumberGenerator.GetHexString(SuffixBytes * 2, lowercase: true)}";
        try
        {
            using (var file = new FileStream(next, Options(FileMode.CreateNew, FileAccess.Write)))
            {
                file.Write(contents);
                file.Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite: true);
        }
        catch
        {
            File.Delete(next);
            throw;
        }
    }
}
