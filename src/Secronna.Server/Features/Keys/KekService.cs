using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Keys;

/// <summary>A project's KEKs: what remains to be re-wrapped, and rotation (S9, S10).</summary>
internal sealed class KekService(
    Database database, KekRotation rotation, KeyWorker worker, Authorization authorization, TimeProvider time)
{
    // Another rotation of the project may come first, and then this one replaces what that one made.
    private const int Attempts = 5;

    /// <summary>A project's KEKs.</summary>
    public async Task<Page<KekResponse>> ListAsync(Caller caller, string projectId, PageRequest page)
    {
        Authorization.Demand(caller, Operations.ListKeks);
        var rows = await database.ReadAsync((caller.WorkspaceId, projectId, page), static async (session, it) =>
        {
            if (await ProjectTable.FindAsync(session, it.WorkspaceId, it.projectId) is null)
            {
                throw Errors.NotFound("project");
            }

            var keks = await KekTable.ListAsync(session, it.projectId, it.page.After ?? "", it.page.Limit + 1);
            var rows = new List<(KekRow Kek, long Remaining)>();
            foreach (var kek in keks)
            {
                rows.Add((kek, kek.State == KekStates.Retiring ? await DataKeyTable.CountUnderAsync(session, kek.Id) : 0));
            }

            return rows;
        });
        return Page<KekResponse>.From(rows, page, row => Convert(row.Kek, row.Remaining), row => row.Kek.Id);
    }

    /// <summary>Makes the project a new KEK, which new writes use at once; re-wrapping goes on in the background.</summary>
    public async Task<KekResponse> RotateAsync(Caller caller, string projectId)
    {
        await authorization.DemandAsync(caller, Operations.RotateKek);
        try
        {
            for (var attempt = 1; attempt <= Attempts; attempt++)
            {
                var active = await FindActiveAsync(caller, projectId)
                    ?? throw await authorization.NotFoundAsync(caller, Operations.RotateKek, "project", projectId);
                if (await rotation.ReplaceAsync(caller, active) is { } next)
                {
                    worker.Wake();
                    return Convert(next, 0);
                }
            }

            throw Errors.Unavailable("the project's KEK is being rotated by others: try again");
        }
        catch (Exception exception) when (exception is MasterKeyException or RequestException { Code: ErrorCodes.Unavailable })
        {
            await database.AppendAsync(
                AuditRecord.Of(caller, time, Operations.RotateKek, AuditOutcomes.Failed) with { ProjectId = projectId });
            throw;
        }
    }

    private ValueTask<KekRow?> FindActiveAsync(Caller caller, string projectId) =>
        database.ReadAsync((caller.WorkspaceId, projectId), static async (session, it) =>
            await ProjectTable.FindAsync(session, it.WorkspaceId, it.projectId) is null
                ? null
                : await KekTable.FindActiveAsync(session, it.projectId));

    private static KekResponse Convert(KekRow kek, long remaining) =>
        new(kek.Id, kek.State, kek.MasterKeyId, new Instant(kek.CreatedAt), kek.Wraps, remaining);
}
