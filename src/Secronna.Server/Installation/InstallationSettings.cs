using Secronna.Server.MasterKeys;

namespace Secronna.Server.Installation;

/// <summary>What must be known to open an installation: its database and its master keys.</summary>
internal class InstallationSettings
{
    public StorageSettings Storage { get; set; } = new();

    /// <summary>The folder of the SQLite database and, in <c>dev</c>, of the master-key file.</summary>
    public string? DataFolder { get; set; }

    public MasterKeySettings MasterKey { get; set; } = new();

    /// <summary>
    /// The connection string that was set, or for SQLite one that names a file in the data folder; <c>null</c> where neither is
    /// set.
    /// </summary>
    public string? ConnectionString => Storage.ConnectionString
        ?? (DataFolder is null || Storage.Provider != "Sqlite" ? null : $"Data Source={Path.Combine(DataFolder, "secronna.db")}");
}

internal sealed class StorageSettings
{
    public string Provider { get; set; } = "Sqlite";

    public string? ConnectionString { get; set; }
}
