using Secronna.Crypto;

namespace Secronna.Server.MasterKeys;

/// <summary>A file that holds keys, or what opens them: only its owner may use it, and it is read into pinned memory (S26).</summary>
internal static class PrivateFile
{
    private const int MostBytes = 1024 * 1024;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>All bytes of the file, which the message calls <paramref name="what"/>; the caller disposes of them.</summary>
    /// <exception cref="SettingsException">It is not there, others can use it, it is too large, or it can't be read.</exception>
    public static PinnedBuffer Read(string path, string what = "master key")
    {
        if (!File.Exists(path))
        {
            throw new SettingsException($"{what}: there is no file {path} that this user may read");
        }

        try
        {
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            RequirePrivate(file, path, what);
            return file.Length <= MostBytes
                ? ReadAll(file)
                : throw new SettingsException($"{what}: {path} is over {MostBytes} bytes");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{what}: {path} can't be read: {exception.Message}");
        }
    }

    // Of the open file: what the name leads to may change at any time.
    private static void RequirePrivate(FileStream file, string path, string what)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0 && !AccessControlList.KeepsPrivate(path))
        {
            throw new SettingsException($"{what}: others can read {path}: run chmod 600 on it");
        }
    }

    private static PinnedBuffer ReadAll(FileStream file)
    {
        var text = PinnedBuffer.Rent((int)file.Length);
        try
        {
            file.ReadExactly(text.Span);
            return text;
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }
}
