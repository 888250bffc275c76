using Secronna.Server.MasterKeys;
using Secronna.Storage;

namespace Secronna.Server.Installation;

/// <summary>The settings that every command needs to open an installation: its database and its master keys.</summary>
internal class InstallationSettings
{
    /// <summary>The settings of the database.</summary>
    public StorageSettings Storage { get; set; } = new();

    /// <summary>The folder of the SQLite database and, in <c>dev</c>, of the master-key file.</summary>
    public string? DataFolder { get; set; }

    /// <summary>
    /// The folder in which a node remembers what the database must not lose; <c>null</c> for the data folder. It is better on
    /// another disk than the database.
    /// </summary>
    public string? StateFolder { get; set; }

    /// <summary>The settings of the master keys.</summary>
    public MasterKeySettings MasterKey { get; set; } = new();

    /// <summary>
    /// The connection string that is set. If none is set for SQLite, a connection string for a file in the data folder.
    /// <c>null</c> if the settings give neither.
    /// </summary>
    public string? ConnectionString => Storage.ConnectionString
        ?? (DataFolder is null || Storage.Provider != "Sqlite" ? null : DatabaseEngines.SqliteConnectionString(Path.Combine(DataFolder, "secronna.db")));
}
