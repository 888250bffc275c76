using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Workspaces;

/// <summary>
/// Changes and lists the allowlist of workspaces (S22). Only the operator does so. Every change is recorded in its own
/// transaction (S19).
/// </summary>
internal static class WorkspaceService
{
    private const int PageSize = 200;

    /// <summary>Puts the caller's workspace on the allowlist.</summary>
    public static Task<bool> AllowAsync(Caller caller, Database database, TimeProvider time, string? name) =>
        database.WriteAsync(async transaction =>
        {
            await WorkspaceTable.AllowAsync(transaction, caller.WorkspaceId, name, Instant.From(time.GetUtcNow()).Microseconds);
            Record(transaction, caller, time, AuditActions.WorkspaceAllow, name);
            return true;
        });

    /// <summary>Takes the caller's workspace off the allowlist. Its data stays.</summary>
    /// <returns>Whether the installation knows the workspace.</returns>
    public static Task<bool> DenyAsync(Caller caller, Database database, TimeProvider time) =>
        database.WriteAsync(async transaction =>
        {
            var isKnown = await WorkspaceTable.DenyAsync(transaction, caller.WorkspaceId);
            if (isKnown)
            {
                Record(transaction, caller, time, AuditActions.WorkspaceDeny, null);
            }

            return isKnown;
        });

    /// <summary>Every workspace, ordered by id.</summary>
    public static async IAsyncEnumerable<WorkspaceRow> ListAsync(Database database)
    {
        var after = "";
        List<WorkspaceRow> rows;
        do
        {
            rows = await database.ReadAsync(session => WorkspaceTable.ListAsync(session, after, PageSize));
            foreach (var row in rows)
            {
                yield return row;
            }

            after = rows.Count > 0 ? rows[^1].Id : after;
        }
        while (rows.Count == PageSize);
    }

    private static void Record(Transaction transaction, Caller caller, TimeProvider time, string action, string? name) =>
        transaction.Audit.Append(AuditRecord.Of(caller, time, action) with { TargetId = caller.WorkspaceId, Name = name });
}
