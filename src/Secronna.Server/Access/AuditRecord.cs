using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Trail;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>Makes audit entries (S17, S19). Each says who did what, from where, and by which request.</summary>
internal static class AuditRecord
{
    /// <summary>An entry about an action of the contract (<see cref="AuditActions"/>).</summary>
    public static TrailEntry Of(Caller caller, TimeProvider time, string action, string outcome = AuditOutcomes.Success) => new RequestEntry
    {
        WorkspaceId = caller.WorkspaceId,
        Id = Ids.New(Ids.AuditEntry, time.GetUtcNow()),
        ActorType = caller.ActorType,
        ActorId = caller.ActorId,
        Action = action,
        Outcome = outcome,
        RequestId = caller.Origin.RequestId,
        Ip = caller.Origin.Ip,
        UserAgent = caller.Origin.UserAgent,
        Reason = caller.Origin.Reason,
        Receipt = caller.Receipt,
    };

    /// <summary>An entry about an operation. The operation must have an audit action.</summary>
    public static TrailEntry Of(Caller caller, TimeProvider time, Operation operation, string outcome = AuditOutcomes.Success) =>
        Of(caller, time, operation.AuditAction!, outcome);

    /// <summary>An entry about an operation on one version of a secret.</summary>
    public static TrailEntry OfVersion(
        Caller caller, TimeProvider time, Operation operation, SecretRow secret, int version,
        string outcome = AuditOutcomes.Success) =>
        OfVersion(caller, time, operation.AuditAction!, secret, version, outcome);

    /// <summary>An entry about one version of a secret.</summary>
    public static TrailEntry OfVersion(
        Caller caller, TimeProvider time, string action, SecretRow secret, int version,
        string outcome = AuditOutcomes.Success) => Of(caller, time, action, outcome) with
        {
            ProjectId = secret.ProjectId,
            EnvironmentId = secret.EnvironmentId,
            SecretId = secret.Id,
            Key = secret.Key,
            Path = secret.Path,
            Version = version,
        };
}
