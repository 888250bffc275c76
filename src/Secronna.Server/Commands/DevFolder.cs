using Secronna.Server.MasterKeys;

namespace Secronna.Server.Commands;

/// <summary>
/// The folder of <c>dev</c>, its owner's alone (S28), and one server's at a time: <c>dev.env</c> names one address. The
/// system lets go of the lock however the process ends.
/// </summary>
internal sealed class DevFolder : IDisposable
{
    private const string LockFile = "dev.lock";

    // What the framework gives on for a file that another process has locked.
    private static readonly int IsLocked =
        OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11;

    private readonly FileStream held;

    private DevFolder(FileStream held) => this.held = held;

    /// <summary>Makes the folder where it is missing, and takes it until this is disposed of.</summary>
    /// <exception cref="SettingsException">It is none, or another server has it; the message says what to do.</exception>
    public static DevFolder Take(string folder)
    {
        if (File.Exists(folder))
        {
            throw new SettingsException($"{folder} is a file, not a folder: name another with --data");
        }

        Create(folder);
        try
        {
            return new DevFolder(new FileStream(Path.Combine(folder, LockFile), LockOptions()));
        }
        catch (IOException exception) when (exception.HResult == IsLocked)
        {
            throw new SettingsException(
                $"another dev runs on the folder {folder}: stop it, use it by the {DevStart.EnvironmentFile} in there, or name another folder with --data");
        }
    }

    public void Dispose() => held.Dispose();

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
