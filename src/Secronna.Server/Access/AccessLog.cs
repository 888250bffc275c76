namespace Secronna.Server.Access;

/// <summary>Log lines about callers and refusals. They hold ids and counts, never contents (S16).</summary>
internal static partial class AccessLog
{
    [LoggerMessage(2, LogLevel.Warning, "Workspace {WorkspaceId} is not on the allowlist: {ActorId} was refused, request {RequestId}")]
    public static partial void WorkspaceNotAllowed(ILogger log, string workspaceId, string actorId, string? requestId);

    [LoggerMessage(3, LogLevel.Warning, "The last use of credential {CredentialId} was not stored: {Reason}")]
    public static partial void UseNotNoted(ILogger log, string credentialId, string reason);

    [LoggerMessage(12, LogLevel.Warning, "The counts of {Runs} runs of repeated refusals are not recorded yet: {Reason}")]
    public static partial void RefusalCountsDelayed(ILogger log, int runs, string reason);
}
