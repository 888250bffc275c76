using Secronna.Crypto;
using Secronna.Server.Configuration;

namespace Secronna.Server.MasterKeys;

/// <summary>A file that holds keys, or what opens them: only its owner may use it, and it is read into pinned memory (S26).</summary>
internal static class PrivateFile
{
    private const int MostBytes = 1024 * 1024;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>All bytes of the file; the caller disposes of them.</summary>
    /// <exception cref="SettingsException">It is not there, others can use it, it is too large, or it can't be read.</exception>
    public static PinnedBuffer Read(string path)
    {
        RequirePrivate(path);
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            return file.Length <= MostBytes
                ? ReadAll(file)
                : throw new SettingsException($"master key: {path} is over {MostBytes} bytes");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"master key: {path} can't be read: {exception.Message}");
        }
    }

    private static void RequirePrivate(string path)
    {
        if (!File.Exists(path))
        {
            throw new SettingsException($"master key: there is no file {path} that this user may read");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0 && !AccessControlList.KeepsPrivate(path))
        {
            throw new SettingsException($"master key: others can read {path}: run chmod 600 on it");
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
