namespace Secronna.Server.Installation;

/// <summary>The settings of the database.</summary>
internal sealed class StorageSettings
{
    /// <summary>The database engine: <c>Sqlite</c> or <c>PostgreSql</c>.</summary>
    public string Provider { get; set; } = "Sqlite";

    /// <summary>The connection string; <c>null</c> if none is set.</summary>
    public string? ConnectionString { get; set; }
}
