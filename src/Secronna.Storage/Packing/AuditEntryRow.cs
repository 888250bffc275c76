namespace Secronna.Storage.Packing;

/// <summary>
/// An entry of the table that the trail had before it had segments. It is read only to pack the entries of an older database.
/// </summary>
public sealed record AuditEntryRow(
    string WorkspaceId, long Sequence, long CreatedAt, string Id, string ActorType, string ActorId, string Action, string Outcome,
    string? RequestId, string? Ip, string? UserAgent, string? ProjectId, string? EnvironmentId, string? SecretId, string? Key,
    string? Path, int? Version, string? TargetId, string? Name, int? Count, string? Details, string? Reason);
