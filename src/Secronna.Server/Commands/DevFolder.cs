using Secronna.Server.MasterKeys;

namespace Secronna.Server.Commands;

/// <summary>
/// The folder of <c>dev</c>, locked. Only its owner may use it (S28). Only one server may use it at a time, because
/// <c>dev.env</c> names one address. The system releases the lock however the process ends.
/// </summary>
internal sealed class DevFolder : IDisposable
{
    private const string LockFileName = "dev.lock";

    // The HResult of the exception when a file is opened that another process has locked.
    private static readonly int LockedError =
        OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11;

    private readonly FileStream lockFile;

    private DevFolder(FileStream lockFile) => this.lockFile = lockFile;

    /// <summary>Creates the folder if it is missing, and locks it until this object is disposed.</summary>
    /// <exception cref="SettingsException">
    /// The path is a file, or another server has locked the folder. The message says what to do.
    /// </exception>
    public static DevFolder Lock(string folder)
    {
        if (File.Exists(folder))
        {
            throw new SettingsException($"{folder} is a file, not a folder: name a folder with --data");
        }

        Create(folder);
        try
        {
            return new DevFolder(new FileStream(Path.Combine(folder, LockFileName), LockOptions()));
        }
        catch (IOException exception) when (exception.HResult == LockedError)
        {
            throw new SettingsException(
                $"another dev server uses the folder {folder}: "
                + $"stop that server, use it with the {DevStart.EnvironmentFile} in the folder, or name another folder with --data");
        }
    }

    public void Dispose() => lockFile.Dispose();

    private static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static FileStreamOptions LockOptions()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
