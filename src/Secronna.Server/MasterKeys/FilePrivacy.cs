using Secronna.Storage.Engine;

namespace Secronna.Server.MasterKeys;

/// <summary>
/// Who may use a file or a folder, judged from its owner, group, mode and access control list. Orchestrators mount secrets and volumes for a group that
/// the process is in, and as root's: Kubernetes with <c>fsGroup</c>, and OpenShift with a random user besides.
/// </summary>
internal static class FilePrivacy
{
    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The status of a file that exists. A file about which the system tells nothing is not private.</summary>
    /// <exception cref="SettingsException">The system doesn't tell the status.</exception>
    public static UnixFileStatus Known(UnixFileStatus? status, string path) => status
        ?? throw new SettingsException(
            $"the system does not tell who may use {path}: let the program make the system call statx, which a container's seccomp profile may forbid");

    /// <summary>Whether the mode gives nothing to anybody but the owner.</summary>
    public static bool IsOwnersAlone(UnixFileStatus status) => (status.Mode & (Group | Others)) == 0;

    /// <summary>
    /// Whether a file is private enough for a key: only its owner may use it; or it is root's or this user's, and only a group of
    /// this process may read it besides, in a folder that others can't enter or can't change.
    /// </summary>
    /// <param name="status">The file's status.</param>
    /// <param name="isClosedPlace">Whether others can't enter the file's folder, or nobody can change it.</param>
    public static bool IsPrivateKey(UnixFileStatus status, bool isClosedPlace) =>
        IsOwnersAlone(status)
        || ((status.Mode & (Others | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute)) == 0 && IsOfOwnGroup(status) && isClosedPlace);

    /// <summary>
    /// Whether a data folder, or a file in it, is private enough: only its owner may use it; or it is root's or this user's, and
    /// only a group of this process may use it besides.
    /// </summary>
    public static bool IsPrivateData(UnixFileStatus status) =>
        IsOwnersAlone(status) || ((status.Mode & Others) == 0 && IsOfOwnGroup(status));

    /// <summary>
    /// Whether the data folder or file at a path is private enough. Where it has an access control list, the list decides: the
    /// group bits of the mode are then the list's mask.
    /// </summary>
    public static bool IsPrivateData(UnixFileStatus status, string path) =>
        IsOwnersAlone(status) || (AccessControlList.IsPrivate(path) ?? IsPrivateData(status));

    /// <summary>
    /// Whether the folder of a file, or a folder above it, can't be entered by others, or is on a file system that is mounted
    /// read-only, as an orchestrator mounts a secret. Then nobody else can put another file in its place.
    /// </summary>
    public static bool IsClosedPlace(string path)
    {
        if (ReadOnlyMounts.Contain(path))
        {
            return true;
        }

        for (var folder = Path.GetDirectoryName(Path.GetFullPath(path)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (UnixFileStatus.Of(folder) is { } status && (status.Mode & UnixFileMode.OtherExecute) == 0)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOfOwnGroup(UnixFileStatus status) => (status.Owner == 0 || status.IsOwn) && status.IsOwnGroup;
}
