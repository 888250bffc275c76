using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>The number and the time of an audit trail's last entry, as the trail's counter holds them.</summary>
/// <param name="WorkspaceId">The workspace's id, or <see cref="AuditEntry.Installation"/>.</param>
/// <param name="LastSequence">The sequence number of the last entry; 0 when there is no entry.</param>
/// <param name="LastTime">The time of the last entry, in microseconds since 1970.</param>
public sealed record TrailRow(string WorkspaceId, long LastSequence, long LastTime);
