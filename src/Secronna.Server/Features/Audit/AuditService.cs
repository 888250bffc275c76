using System.Globalization;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Reading;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.Audit;

/// <summary>Reads the audit trail of a workspace.</summary>
internal sealed class AuditService(Database database, ILogger<AuditService> log)
{
    /// <summary>A page of the entries, newest first.</summary>
    public async Task<Page<AuditResponse>> ListAsync(Caller caller, TrailFilter filter, PageRequest page)
    {
        Authorization.Demand(caller, Operations.ReadAuditTrail);
        var below = page.After is { } after ? long.Parse(after, CultureInfo.InvariantCulture) : long.MaxValue;
        var (found, names) = await ReadAsync(caller, filter, below, page.Limit);
        return new Page<AuditResponse>(
            [.. found.Entries.Select(entry => Convert(entry, names))], found.NextBelow?.ToString(CultureInfo.InvariantCulture));
    }

    private async Task<(TrailPage Found, EntryNames Names)> ReadAsync(
        Caller caller, TrailFilter filter, long below, int limit)
    {
        try
        {
            return await database.ReadSnapshotAsync((caller.WorkspaceId, filter, below, limit), static async (session, state) =>
            {
                var found = await TrailReader.PageAsync(session, state.WorkspaceId, state.filter, state.below, state.limit);
                return (found, await EntryNames.FindAsync(session, state.WorkspaceId, found.Entries));
            }, caller.Aborted);
        }
        catch (TrailDamagedException exception)
        {
            TrailLog.TrailDamaged(log, caller.WorkspaceId, exception.Message);
            throw Errors.TrailDamaged();
        }
    }

    /// <summary>An entry as the API and the export give it.</summary>
    public static AuditResponse Convert(RecordedEntry recorded, EntryNames names)
    {
        var entry = recorded.Entry;
        return new AuditResponse(
            entry.Id, recorded.Sequence, new Instant(recorded.CreatedAt), entry.ActorType, entry.ActorId, entry.Action,
            entry.Outcome, entry.RequestId, entry.Ip, entry.UserAgent,
            names.OfActor(recorded), entry.Reason, AuditDetails.AddTo(new AuditMetadata
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
                Part = entry.Part,
                Epoch = names.EpochOf(recorded),
            }, entry.Details));
    }
}
