using System.Globalization;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Audit;

/// <summary>Reads the audit trail of a workspace.</summary>
internal sealed class AuditService(Database database)
{
    /// <summary>A page of the entries, newest first.</summary>
    public async Task<Page<AuditResponse>> ListAsync(Caller caller, AuditFilter filter, PageRequest page)
    {
        Authorization.Demand(caller, Operations.ReadAuditTrail);
        var below = page.After is { } after ? long.Parse(after, CultureInfo.InvariantCulture) : long.MaxValue;
        var found = await database.ReadAsync(session =>
            AuditEntryTable.PageAsync(session, caller.WorkspaceId, filter, below, page.Limit), caller.Aborted);
        return new Page<AuditResponse>(
            [.. found.Entries.Select(Convert)], found.NextBelow?.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>An entry as the API and the export give it.</summary>
    public static AuditResponse Convert(RecordedEntry recorded)
    {
        var entry = recorded.Entry;
        return new AuditResponse(
            entry.Id, recorded.Sequence, new Instant(recorded.CreatedAt), entry.ActorType, entry.ActorId, entry.Action,
            entry.Outcome, entry.RequestId, entry.Ip, entry.UserAgent, AuditDetails.AddTo(new AuditMetadata
            {
                ProjectId = entry.ProjectId,
                EnvironmentId = entry.EnvironmentId,
                SecretId = entry.SecretId,
                Key = entry.Key,
                Path = entry.Path,
                Version = entry.Version,
                TargetId = entry.TargetId,
                Name = entry.Name,
                Count = entry.Count,
            }, entry.Details));
    }
}
