namespace Secronna.Server.Trail;

/// <summary>Log lines about trails. They hold ids and numbers, never contents (S16).</summary>
internal static partial class TrailLog
{
    [LoggerMessage(70, LogLevel.Warning, "A follower of the audit trail is delayed, and is tried again: {Reason}")]
    public static partial void FollowingDelayed(ILogger log, string reason);

    [LoggerMessage(71, LogLevel.Error, "The audit trail of workspace {WorkspaceId} is damaged: {Reason}. Run secronna-server backup verify")]
    public static partial void TrailDamaged(ILogger log, string workspaceId, string reason);
}
