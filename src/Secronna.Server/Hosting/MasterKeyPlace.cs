using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting;

/// <summary>Where the master-key file is.</summary>
internal static class MasterKeyPlace
{
    /// <summary>Whether a provider's key file is in the data folder, so that a copy of the folder is a copy of the keys too.</summary>
    public static bool IsBesideData(InstallationSettings settings, MasterKeySettings provider) =>
        settings.DataFolder is { } folder && provider is { Provider: "File", File: { } file }
        && Path.GetFullPath(file).StartsWith(Path.GetFullPath(folder).TrimEnd('/') + "/", StringComparison.Ordinal);
}
