using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
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

    // The most data keys that are counted for one KEK, and about how many are counted for one page.
    private const int MaxCount = 10_000;

    /// <summary>
    /// A page of a project's KEKs. Each KEK has the number of its data keys that must still be re-wrapped, up to 10,000. A page
    /// may have few KEKs, because counting takes time.
    /// </summary>
    public async Task<Page<KekResponse>> ListAsync(Caller caller, string projectId, PageRequest page)
    {
        await authorization.DemandAsync(caller, Operations.ListKeks);
        var listed = await database.ReadAsync(async session =>
        {
            if (await ProjectTable.FindAsync(session, caller.WorkspaceId, projectId) is null)
            {
                throw Errors.NotFound("project");
            }

            return await CountAsync(session, await KekTable.ListAsync(session, projectId, page.After ?? "", page.Limit + 1));
        }, caller.Aborted);
        return Page<KekResponse>.From(listed, page, row => Convert(row.Kek, row.Remaining), row => row.Kek.Id);
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

    private static async ValueTask<Listed<(KekRow Kek, long Remaining)>> CountAsync(Session session, List<KekRow> keks)
    {
        var rows = new List<(KekRow Kek, long Remaining)>();
        var counted = 0L;
        foreach (var kek in keks)
        {
            if (counted >= MaxCount)
            {
                return new(rows, rows[^1].Kek.Id);
            }

            var remaining = kek.State == KekStates.Retiring ? await DataKeyTable.CountUnderAsync(session, kek.Id, MaxCount) : 0;
            counted += remaining;
            rows.Add((kek, remaining));
        }

        return new(rows, null);
    }

    private static KekResponse Convert(KekRow kek, long remaining) =>
        new(kek.Id, kek.State, kek.MasterKeyId, new Instant(kek.CreatedAt), kek.Wraps, remaining);
}
