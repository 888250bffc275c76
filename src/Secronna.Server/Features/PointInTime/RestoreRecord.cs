using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>Audit entries of restores (S17).</summary>
internal static class RestoreRecord
{
    /// <summary>The entry of the restore itself. The entry's name is the instant to which the environment was restored.</summary>
    public static AuditEntry Of(Caller caller, TimeProvider time, EnvironmentRow environment, RestoreOrder order) =>
        AuditRecord.Of(caller, time, Operations.RestoreEnvironment) with
        {
            ProjectId = environment.ProjectId,
            EnvironmentId = environment.Id,
            Name = order.At.ToString(),
        };

    /// <summary>Appends one entry for each key that the plan changes, and then the entry of the restore itself.</summary>
    public static void Append(Transaction transaction, Caller caller, TimeProvider time, RestorePlan plan, RestoreOrder order)
    {
        foreach (var change in plan.Restored)
        {
            transaction.Audit.Append(Of(caller, time, plan.Environment, change));
        }

        foreach (var secret in plan.Pruned)
        {
            transaction.Audit.Append(AuditRecord.OfVersion(
                caller, time, Operations.DeleteSecret, secret, secret.CurrentVersion));
        }

        transaction.Audit.Append(Of(caller, time, plan.Environment, order));
    }

    private static AuditEntry Of(Caller caller, TimeProvider time, EnvironmentRow environment, RestoreChange change) =>
        AuditRecord.Of(caller, time, Operations.RollBackSecret) with
        {
            ProjectId = environment.ProjectId,
            EnvironmentId = environment.Id,
            SecretId = change.SecretId,
            Key = change.Key,
            Path = $"{environment.ProjectSlug}/{environment.Slug}/{change.Key}",
            Version = change.Version,
        };
}
