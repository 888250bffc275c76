namespace Secronna.Server.Vault;

/// <summary>Log lines about stored data and the rotation of keys. They hold ids and counts, never contents (S16).</summary>
internal static partial class VaultLog
{
    [LoggerMessage(
        6, LogLevel.Critical, "Stored data failed authentication: secret {SecretId}, version {Version}, request {RequestId}")]
    public static partial void IntegrityFailed(ILogger log, string secretId, int version, string? requestId);

    [LoggerMessage(10, LogLevel.Warning, "Deleted data is not purged yet: {Reason}")]
    public static partial void PurgeDelayed(ILogger log, string reason);

    [LoggerMessage(
        15, LogLevel.Critical, "{Count} data key(s) under KEK {KekId} of project {ProjectId} don't unwrap: neither they nor the KEK are changed")]
    public static partial void DataKeysDamaged(ILogger log, int count, string kekId, string projectId);

    [LoggerMessage(16, LogLevel.Critical, "KEK {KekId} of project {ProjectId} does not unwrap: it stays as it is")]
    public static partial void KekDamaged(ILogger log, string kekId, string projectId);

    [LoggerMessage(17, LogLevel.Warning, "The rotation of keys failed and will be tried again: {Reason}")]
    public static partial void RotationDelayed(ILogger log, string reason);

    [LoggerMessage(19, LogLevel.Warning, "The shutdown of this server was not recorded in the database: {Reason}")]
    public static partial void LeavingNotNoted(ILogger log, string reason);

    [LoggerMessage(
        20, LogLevel.Information, "KEK {KekId} of project {ProjectId} was destroyed: this server re-wrapped {Count} of its data keys")]
    public static partial void KekRotated(ILogger log, string kekId, string projectId, long count);
}
