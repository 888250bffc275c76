namespace Secronna.Server.Features.Health;

/// <summary>Log lines about readiness. They hold ids and counts, never contents (S16).</summary>
internal static partial class HealthLog
{
    [LoggerMessage(8, LogLevel.Error, "Not ready: {Reason}")]
    public static partial void NotReady(ILogger log, string reason);

    [LoggerMessage(9, LogLevel.Information, "Ready again")]
    public static partial void ReadyAgain(ILogger log);

    [LoggerMessage(18, LogLevel.Warning, "Master key {MasterKeyId} can't be used here: {Reason}")]
    public static partial void MasterKeyNotUsable(ILogger log, string masterKeyId, string reason);
}
