using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Audit;
using Secronna.Storage;

namespace Secronna.Server.Features.Secrets;

/// <summary>
/// The only way to a plaintext: load, authorise, record durably, then open (S16, S17, S18).
/// </summary>
internal sealed class RevealService(
    Database database, SecretOpener opener, Authorization authorization, RateLimits rates, TimeProvider time)
{
    /// <summary>A version of a secret; without a number its current one.</summary>
    public async Task<RevealedValue> RevealAsync(Caller caller, string secretId, int? version)
    {
        await authorization.DemandAsync(caller, Permission.Reveal, AuditActions.SecretReveal);
        if (rates.TakeReveals(caller, 1) is { } limited)
        {
            throw await authorization.RefusedAsync(caller, AuditActions.SecretReveal, null, limited);
        }

        var row = await database.RecordAsync((time, caller, secretId, version), static async (session, audit, it) =>
        {
            var row = await Versions.FindSealedAsync(session, it.caller.WorkspaceId, it.secretId, it.version);
            if (row is not null)
            {
                audit.Append(AuditRecord.OfVersion(it.caller, it.time, AuditActions.SecretReveal, row.Secret, row.Version));
            }

            return row;
        });
        if (row is null)
        {
            throw await authorization.NotFoundAsync(caller, AuditActions.SecretReveal, "secret");
        }

        ServerMetrics.Revealed(1);
        return await opener.OpenAsync(caller, row);
    }

    /// <summary>The same, found by its path of slugs and key.</summary>
    public async Task<RevealedValue> RevealPathAsync(Caller caller, string path, int? version)
    {
        await authorization.DemandAsync(caller, Permission.Reveal, AuditActions.SecretReveal);
        var found = path.Split('/') is [var project, var environment, var key]
            ? await database.ReadAsync((caller.WorkspaceId, project, environment, key), static (session, it) =>
                Storage.Secrets.FindByPathAsync(session, it.WorkspaceId, it.project, it.environment, it.key))
            : null;
        return found is null
            ? throw await authorization.NotFoundAsync(caller, AuditActions.SecretReveal, "secret")
            : await RevealAsync(caller, found.Id, version);
    }
}
