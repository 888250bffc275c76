namespace Secronna.Server.Trail;

/// <summary>Log lines about trails. They hold ids and numbers, never contents (S16).</summary>
internal static partial class TrailLog
{
    [LoggerMessage(70, LogLevel.Warning, "A follower of the audit trail is delayed, and is tried again: {Reason}")]
    public static partial void FollowingDelayed(ILogger log, string reason);

    [LoggerMessage(71, LogLevel.Error, "The audit trail of workspace {WorkspaceId} is damaged: {Reason}. Run secronna-server backup verify")]
    public static partial void TrailDamaged(ILogger log, string workspaceId, string reason);

    [LoggerMessage(72, LogLevel.Warning, "The checkpoint of workspace {WorkspaceId} could not be kept in the state folder: {Reason}")]
    public static partial void CheckpointNotKept(ILogger log, string workspaceId, string reason);

    [LoggerMessage(73, LogLevel.Critical, "The server stops: {Reason}")]
    public static partial void TrailBehind(ILogger log, string reason);
}
