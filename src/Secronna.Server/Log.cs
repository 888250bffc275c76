using Secronna.Server.Configuration;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server;

/// <summary>Every log line: ids and counts, never contents (S16).</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Secronna is ready on {Urls}; database {Database}")]
    public static partial void Ready(ILogger log, string urls, string database);

    [LoggerMessage(2, LogLevel.Warning, "Workspace {WorkspaceId} is not on the allowlist: {ActorId} was refused, request {RequestId}")]
    public static partial void WorkspaceNotAllowed(ILogger log, string workspaceId, string actorId, string? requestId);

    [LoggerMessage(3, LogLevel.Warning, "The last use of credential {CredentialId} was not noted: {Reason}")]
    public static partial void UseNotNoted(ILogger log, string credentialId, string reason);

    [LoggerMessage(4, LogLevel.Error, "Request {RequestId} could not be served: {Reason}")]
    public static partial void Unavailable(ILogger log, string requestId, string reason);

    [LoggerMessage(5, LogLevel.Error, "Request {RequestId} broke: {ExceptionType}\n{StackTrace}")]
    public static partial void Broke(ILogger log, string requestId, string exceptionType, string? stackTrace);

    [LoggerMessage(6, LogLevel.Critical, "Stored data failed authentication: secret {SecretId}, version {Version}, request {RequestId}")]
    public static partial void IntegrityFailed(ILogger log, string secretId, int version, string? requestId);

    [LoggerMessage(7, LogLevel.Critical, "{Reason}: what was written may not be on the disk; the process ends so that nothing more is promised")]
    public static partial void FsyncFailed(ILogger log, string reason);

    [LoggerMessage(8, LogLevel.Error, "Not ready: {Reason}")]
    public static partial void NotReady(ILogger log, string reason);

    [LoggerMessage(9, LogLevel.Information, "Ready again")]
    public static partial void ReadyAgain(ILogger log);

    [LoggerMessage(10, LogLevel.Warning, "Deleted data is not purged yet: {Reason}")]
    public static partial void PurgeDelayed(ILogger log, string reason);

    [LoggerMessage(11, LogLevel.Warning, "The master-key file {File} is in the data folder: whoever copies the folder has the keys to it")]
    public static partial void MasterKeyBesideData(ILogger log, string file);

    [LoggerMessage(12, LogLevel.Warning, "The counts of {Runs} runs of repeated refusals are not recorded yet: {Reason}")]
    public static partial void RefusalCountsDelayed(ILogger log, int runs, string reason);

    [LoggerMessage(13, LogLevel.Error, "Housekeeping failed and goes on: {Reason}")]
    public static partial void HousekeepingFailed(ILogger log, string reason);

    [LoggerMessage(14, LogLevel.Critical, "{Service} failed, and the server stopped: {ExceptionType}\n{StackTrace}")]
    public static partial void ServiceFailed(ILogger log, string service, string exceptionType, string? stackTrace);

    [LoggerMessage(15, LogLevel.Critical, "{Count} data key(s) under KEK {KekId} of project {ProjectId} don't unwrap: they stay as they are, and the KEK with them")]
    public static partial void DataKeysBroken(ILogger log, int count, string kekId, string projectId);

    [LoggerMessage(16, LogLevel.Critical, "KEK {KekId} of project {ProjectId} does not unwrap: it stays as it is")]
    public static partial void KekBroken(ILogger log, string kekId, string projectId);

    [LoggerMessage(17, LogLevel.Warning, "Rotation goes on later: {Reason}")]
    public static partial void RotationDelayed(ILogger log, string reason);

    [LoggerMessage(18, LogLevel.Warning, "Master key {MasterKeyId} can't be used here: {Reason}")]
    public static partial void MasterKeyNotUsable(ILogger log, string masterKeyId, string reason);

    [LoggerMessage(19, LogLevel.Warning, "That this server has ended was not noted: {Reason}")]
    public static partial void LeavingNotNoted(ILogger log, string reason);

    [LoggerMessage(20, LogLevel.Information, "KEK {KekId} of project {ProjectId} was destroyed: {Count} data key(s) were put under its successor by this server")]
    public static partial void KekRotated(ILogger log, string kekId, string projectId, long count);

    [LoggerMessage(21, LogLevel.Warning, "The identity provider's keys could not be got: {Reason}")]
    public static partial void ProviderNotReached(ILogger log, string reason);

    [LoggerMessage(22, LogLevel.Information, "The TLS certificate with SHA-256 {Thumbprint} is in use; it expires {Expiry:u}")]
    public static partial void CertificateInUse(ILogger log, string thumbprint, DateTimeOffset expiry);

    [LoggerMessage(23, LogLevel.Error, "The TLS certificate's files have changed and can't be used, the one before stays: {Reason}")]
    public static partial void CertificateNotUsable(ILogger log, string reason);

    [LoggerMessage(24, LogLevel.Warning, "The TLS certificate in use expires {Expiry:u}: put another in its place")]
    public static partial void CertificateExpires(ILogger log, DateTimeOffset expiry);

    [LoggerMessage(25, LogLevel.Error, "The TLS certificate in use expired {Expiry:u}: clients refuse it")]
    public static partial void CertificateExpired(ILogger log, DateTimeOffset expiry);

    [LoggerMessage(26, LogLevel.Warning, "Address {Address} has {Count} connections, as many as one may: further ones are refused")]
    public static partial void ConnectionsRefused(ILogger log, string address, int count);

    [LoggerMessage(27, LogLevel.Warning, "The identity provider publishes no key that tokens can be verified by: no token is valid")]
    public static partial void ProviderHasNoKeys(ILogger log);

    [LoggerMessage(28, LogLevel.Information, "Environment {EnvironmentId} was restored: {Minted} versions minted, {Pruned} secrets pruned")]
    public static partial void Restored(ILogger log, string environmentId, int minted, int pruned);

    /// <summary>What a line may say of an exception: its message where that is ours, of anything else the type alone.</summary>
    public static string Reason(Exception exception) =>
        exception is StorageUnavailableException or SettingsException or MasterKeyException or TimeoutException ? exception.Message : exception.GetType().Name;
}
