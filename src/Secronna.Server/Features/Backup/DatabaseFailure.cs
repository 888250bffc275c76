using Secronna.Server.Trail;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.Backup;

/// <summary>Tells that a database can't be read from other failures.</summary>
internal static class DatabaseFailure
{
    /// <summary>Whether the failure is that the database is damaged, of another version, or out of reach.</summary>
    public static bool IsUnreadable(Exception exception) =>
        exception is StorageUnavailableException or StorageSetupException or TrailDamagedException;
}
