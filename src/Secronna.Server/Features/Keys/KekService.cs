using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Keys;

/// <summary>Lists and rotates the KEKs of a project (S9, S10).</summary>
internal sealed class KekService(
    Database database, KekRotation rotation, KeyWorker worker, Authorization authorization, TimeProvider time)
{
    // An attempt fails when another rotation of the project comes first. The next attempt replaces the KEK of that rotation.
    private const int MaxAttempts = 5;

    /// <summary>A page of a project's KEKs. Each KEK has the number of its data keys that must still be re-wrapped.</summary>
    public async Task<Page<KekResponse>> ListAsync(Caller caller, string projectId, PageRequest page)
    {
        await authorization.DemandAsync(caller, Operations.ListKeks);
        var rows = await database.ReadAsync(async session =>
        {
            if (await ProjectTable.FindAsync(session, caller.WorkspaceId, projectId) is null)
            {
                throw Errors.NotFound("project");
            }

            var keks = await KekTable.ListAsync(session, projectId, page.After ?? "", page.Limit + 1);
            var rows = new List<(KekRow Kek, long Remaining)>();
            foreach (var kek in keks)
            {
                rows.Add((kek, kek.State == KekStates.Retiring ? await DataKeyTable.CountUnderAsync(session, kek.Id) : 0));
            }

            return rows;
        });
        return Page<KekResponse>.From(rows, page, row => Convert(row.Kek, row.Remaining), row => row.Kek.Id);
    }

    /// <summary>
    /// Creates a new KEK for the project. New writes use it at once; a background service re-wraps the existing data keys.
    /// </summary>
    /// <exception cref="RequestException">
    /// NOT_FOUND: the project does not exist. UNAVAILABLE: the failure is recorded.
    /// </exception>
    /// <exception cref="MasterKeyException">The master key can't wrap the new KEK. The failure is recorded.</exception>
    public async Task<KekResponse> RotateAsync(Caller caller, string projectId)
    {
        await authorization.DemandAsync(caller, Operations.RotateKek);
        try
        {
            for (var attempt = 1; attempt <= MaxAttempts; attempt++)
            {
                var active = await FindActiveAsync(caller, projectId)
                    ?? throw await authorization.NotFoundAsync(caller, Operations.RotateKek, "project", projectId);
                if (await rotation.ReplaceAsync(caller, active) is { } next)
                {
                    worker.Wake();
                    return Convert(next, 0);
                }
            }

            throw Errors.Unavailable("other requests keep rotating the project's KEK: try again");
        }
        catch (Exception exception) when (exception is MasterKeyException or RequestException { Code: ErrorCodes.Unavailable })
        {
            await database.AppendAsync(
                AuditRecord.Of(caller, time, Operations.RotateKek, AuditOutcomes.Failed) with { ProjectId = projectId });
            throw;
        }
    }

    private ValueTask<KekRow?> FindActiveAsync(Caller caller, string projectId) =>
        database.ReadAsync(async session =>
            await ProjectTable.FindAsync(session, caller.WorkspaceId, projectId) is null
                ? null
                : await KekTable.FindActiveAsync(session, projectId));

    private static KekResponse Convert(KekRow kek, long remaining) =>
        new(kek.Id, kek.State, kek.MasterKeyId, new Instant(kek.CreatedAt), kek.Wraps, remaining);
}
