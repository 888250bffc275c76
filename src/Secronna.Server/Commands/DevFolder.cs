using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server.Commands;

/// <summary>
/// The folder of <c>dev</c>, locked. Only its owner may use it (S28). Only one server may use it at a time, because
/// <c>dev.env</c> names one address. The system releases the lock however the process ends.
/// </summary>
internal sealed class DevFolder : IDisposable
{
    private const string LockFileName = "dev.lock";

    private readonly IDisposable lockFile;

    private DevFolder(IDisposable lockFile) => this.lockFile = lockFile;

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

        OwnerOnlyFile.CreateFolder(folder);
        return new DevFolder(OwnerOnlyFile.TryLock(Path.Combine(folder, LockFileName)) ?? throw new SettingsException(
            $"another dev server uses the folder {folder}: "
            + $"stop that server, use it with the {DevStart.EnvironmentFile} in the folder, or name another folder with --data"));
    }

    public void Dispose() => lockFile.Dispose();
}
