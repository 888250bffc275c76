using System.Security.Cryptography;

namespace Secronna.Cli;

/// <summary>Files that their owner alone may read.</summary>
internal static class PrivateFile
{
    /// <summary>0600.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int SuffixBytes = 8;

    /// <summary>How to open one; where it is made it is the owner's alone.</summary>
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
    /// Puts a file in the place of what is there, once it is on the disk: who reads it finds the one or the other, and never
    /// half of it.
    /// </summary>
    /// <exception cref="IOException">It could not be written; what was there is there.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> contents)
    {
        // A name of its own: two may write at once.
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
