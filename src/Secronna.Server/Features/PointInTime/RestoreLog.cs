namespace Secronna.Server.Features.PointInTime;

/// <summary>Log lines about restores. They hold ids and counts, never contents (S16).</summary>
internal static partial class RestoreLog
{
    [LoggerMessage(28, LogLevel.Information, "Environment {EnvironmentId} was restored: {Minted} versions minted, {Pruned} secrets pruned")]
    public static partial void Restored(ILogger log, string environmentId, int minted, int pruned);
}
