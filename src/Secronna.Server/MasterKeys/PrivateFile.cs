using Secronna.Crypto;
using Secronna.Storage.Engine;

namespace Secronna.Server.MasterKeys;

/// <summary>
/// A file with keys or a PIN. Nobody else may have access to it (<see cref="FilePrivacy"/>). It is read into pinned memory (S26).
/// </summary>
internal static class PrivateFile
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads all bytes of the file. The caller disposes of them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="subject">What the file is for; error messages begin with it.</param>
    /// <exception cref="SettingsException">The file is missing, too large or unreadable, or others can use it.</exception>
    public static PinnedBuffer Read(string path, string subject = "master key")
    {
        if (!File.Exists(path))
        {
            throw new SettingsException(Missing(path, subject));
        }

        try
        {
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            RequirePrivate(file, path, subject);
            return file.Length <= MaxBytes
                ? ReadAll(file)
                : throw new SettingsException($"{subject}: {path} is over {MaxBytes} bytes");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{subject}: {path} can't be read: {exception.Message}");
        }
    }

    // The mode is read from the open file, because the path may lead to another file at any time.
    private static void RequirePrivate(FileStream file, string path, string subject)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var status = FilePrivacy.Known(UnixFileStatus.Of(file.SafeFileHandle), path);
        if (!FilePrivacy.IsOwnersAlone(status)
            && !(AccessControlList.IsPrivate(path) ?? FilePrivacy.IsPrivateKey(status, FilePrivacy.IsClosedPlace(path))))
        {
            throw new SettingsException(
                $"{subject}: others can read {path}: run chmod 600 on it. In a container see docs/deployment.md, Kubernetes");
        }
    }

    // Who sets the key or the PIN itself in place of the file's name must not find it in a log.
    private static string Missing(string path, string subject) => Path.IsPathRooted(path) && !path.EndsWith('=') && !path.Any(char.IsControl)
        ? $"{subject}: there is no file {path} that this user may read"
        : $"{subject}: the setting names no file that this user may read. It must be the full path of a file, beginning with /. "
            + "This message does not repeat it, because it may be the secret itself";

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
