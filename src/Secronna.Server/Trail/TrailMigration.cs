using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Storage.Packing;

namespace Secronna.Server.Trail;

/// <summary>The migration of a trail that was a table of entries: how its entries are encoded.</summary>
internal static class TrailMigration
{
    /// <summary>The step of the migration that packs the entries.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="progress">Receives descriptions of the progress.</param>
    public static TrailPacking Step(TimeProvider time, Action<string> progress) => new(new TrailEncoding(
        row => TrailEntryFormat.EncodeMigrated(ToEntry(row)),
        (workspaceId, versions) => TrailEntryFormat.Encode(OfVersions(workspaceId, versions, time))), progress);

    private static TrailEntry ToEntry(AuditEntryRow row) => new()
    {
        WorkspaceId = row.WorkspaceId,
        Id = row.Id,
        ActorType = row.ActorType,
        ActorId = row.ActorId,
        Action = row.Action,
        Outcome = row.Outcome,
        RequestId = row.RequestId,
        Ip = row.Ip,
        UserAgent = row.UserAgent,
        ProjectId = row.ProjectId,
        EnvironmentId = row.EnvironmentId,
        SecretId = row.SecretId,
        Key = row.Key,
        Path = row.Path,
        Version = row.Version,
        TargetId = row.TargetId,
        Name = row.Name,
        Count = row.Count,
        Details = row.Details,
        Reason = row.Reason,
    };

    private static TrailEntry OfVersions(string workspaceId, IReadOnlyList<VersionHash> versions, TimeProvider time) => new()
    {
        WorkspaceId = workspaceId,
        Id = Ids.New(Ids.AuditEntry, time.GetUtcNow()),
        ActorType = ActorTypes.Operator,
        ActorId = Environment.UserName,
        Action = AuditActions.TrailMigrate,
        Outcome = AuditOutcomes.Success,
        Count = versions.Count,
        Details = MigratedVersions.Write(versions.Select(version => (version.SecretId, version.Version, BoxHash.FromBytes(version.BoxHash)))),
    };
}
