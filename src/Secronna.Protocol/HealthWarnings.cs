namespace Secronna.Protocol;

/// <summary>The codes of what a health check warns of. Names and figures are in the server's log and metrics.</summary>
public static class HealthWarnings
{
    /// <summary>The disk of the database is getting full, or writes are refused already.</summary>
    public const string DiskLow = "disk_low";
}
