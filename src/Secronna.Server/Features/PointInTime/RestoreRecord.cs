using Secronna.Crypto.Trail;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>The audit entries of a restore (S17).</summary>
internal sealed class RestoreRecord(Caller caller, TimeProvider time, RestorePlan plan, RestoreOrder order)
{
    /// <summary>The entry of the restore itself. The entry's name is the instant to which the environment was restored.</summary>
    public static TrailEntry Of(Caller caller, TimeProvider time, EnvironmentRow environment, RestoreOrder order) =>
        AuditRecord.Of(caller, time, Operations.RestoreEnvironment) with
        {
            ProjectId = environment.ProjectId,
            EnvironmentId = environment.Id,
            Name = order.At.ToString(),
        };

    /// <summary>Appends one entry for each key that the plan changes, and then the entry of the restore itself.</summary>
    /// <param name="transaction">The transaction of the restore.</param>
    /// <param name="versions">The versions that the restore mints.</param>
    /// <param name="instant">The instant of the restore.</param>
    public void Append(Transaction transaction, IReadOnlyList<NewVersion> versions, long instant)
    {
        foreach (var version in versions)
        {
            transaction.Audit.Append(Of(version), instant);
        }

        foreach (var secret in plan.Pruned)
        {
            transaction.Audit.Append(
                AuditRecord.OfVersion(caller, time, Operations.DeleteSecret, secret, secret.CurrentVersion), instant);
        }

        transaction.Audit.Append(Of(caller, time, plan.Environment, order), instant);
    }

    private TrailEntry Of(NewVersion version) => AuditRecord.Of(caller, time, Operations.RollBackSecret) with
    {
        ProjectId = plan.Environment.ProjectId,
        EnvironmentId = plan.Environment.Id,
        SecretId = version.SecretId,
        Key = version.Key,
        Path = $"{plan.Environment.ProjectSlug}/{plan.Environment.Slug}/{version.Key}",
        Version = version.Version,
        BoxHash = BoxHash.Of(version.Ciphertext),
    };
}
