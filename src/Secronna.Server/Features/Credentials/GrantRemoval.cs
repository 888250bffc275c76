using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Credentials;

/// <summary>Removes grants on deleted projects and environments.</summary>
internal static class GrantRemoval
{
    // Bounds the grants that are in memory at a time.
    private const int KeysPerPage = 100;

    /// <summary>
    /// Removes the grants whose path names a deleted project or environment literally: a later project or environment with the
    /// same slug must not inherit them. A key that has no other grant keeps an empty list, which is no power. Grants that can't be
    /// read may name the deleted thing, so all of that key's grants are removed, and the entry of this has the outcome
    /// <c>failed</c>. A damaged row must not block a deletion (S15).
    /// </summary>
    /// <param name="transaction">The transaction of the deletion.</param>
    /// <param name="caller">Who deletes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="project">The project's slug.</param>
    /// <param name="environment">The environment's slug; <c>null</c> when the whole project was deleted.</param>
    public static async ValueTask RemoveAsync(
        Transaction transaction, Caller caller, TimeProvider time, string project, string? environment)
    {
        List<CredentialRow> rows;
        var after = "";
        do
        {
            rows = await CredentialTable.LockGrantedAsync(
                transaction, caller.WorkspaceId, ActorTypes.AccessKey, after, KeysPerPage);
            foreach (var row in rows)
            {
                await RemoveAsync(transaction, caller, time, row, project, environment);
            }

            after = rows.Count > 0 ? rows[^1].Id : after;
        }
        while (rows.Count == KeysPerPage);
    }

    private static async ValueTask RemoveAsync(
        Transaction transaction, Caller caller, TimeProvider time, CredentialRow row, string project, string? environment)
    {
        var before = StoredGrants.TryRead(row);
        var remaining = before is null ? [] : GrantSet.RemoveGrantsNaming(before, project, environment);
        if (remaining.Count == before?.Count)
        {
            return;
        }

        var changed = row with { Grants = StoredGrants.Write(remaining) };
        await CredentialTable.UpdateAsync(transaction, changed);
        var outcome = before is null ? AuditOutcomes.Failed : AuditOutcomes.Success;
        var entry = AuditRecord.Of(caller, time, AuditActions.AccessKeyUpdate, outcome) with { TargetId = row.Id, Name = row.Name };
        foreach (var part in AuditDetails.OfChange(entry, row, changed))
        {
            transaction.Audit.Append(part);
        }
    }
}
