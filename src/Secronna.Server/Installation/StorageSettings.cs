namespace Secronna.Server.Installation;

/// <summary>The settings of the database.</summary>
internal sealed class StorageSettings
{
    /// <summary>The database engine: <c>Sqlite</c> or <c>PostgreSql</c>.</summary>
    public string Provider { get; set; } = "Sqlite";

    /// <summary>
    /// How many bytes of the database's disk are kept for reveals and their record: below that, writes are refused. 0 keeps none.
    /// </summary>
    public long ReservedBytes { get; set; } = 256L << 20;

    /// <summary>The connection string; <c>null</c> if none is set.</summary>
    public string? ConnectionString { get; set; }
}
