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

        var (row, secret) = await database.RecordAsync((time, caller, secretId, version), static async (session, audit, it) =>
        {
            if (await Versions.FindSealedAsync(session, it.caller.WorkspaceId, it.secretId, it.version) is not { } row)
            {
                return (null, await Storage.Secrets.FindAsync(session, it.caller.WorkspaceId, it.secretId));
            }

            audit.Append(AuditRecord.OfVersion(it.caller, it.time, AuditActions.SecretReveal, row.Secret, row.Version));
            return ((SealedVersionRow?)row, (SecretRow?)row.Secret);
        });
        if (row is null)
        {
            throw await authorization.VersionNotFoundAsync(caller, AuditActions.SecretReveal, secret, version);
        }

        ServerMetrics.Revealed(1);
        return await opener.OpenAsync(caller, row);
    }

    /// <summary>The same, found by its path of slugs and key.</summary>
    public async Task<RevealedValue> RevealPathAsync(Caller caller, string path, int? version)
    {
        await authorization.DemandAsync(caller, Permission.Reveal, AuditActions.SecretReveal);
        var (secret, environment) = path.Split('/') is [var project, var slug, var key]
            ? await database.ReadAsync((caller.WorkspaceId, project, slug, key), static async (session, it) =>
                await Storage.Secrets.FindByPathAsync(session, it.WorkspaceId, it.project, it.slug, it.key) is { } secret
                    ? ((SecretRow?)secret, (EnvironmentRow?)null)
                    : (null, await Storage.Environments.FindBySlugAsync(session, it.WorkspaceId, it.project, it.slug)))
            : (null, null);
        return secret is null
            ? throw await authorization.RefusedAsync(caller, AuditActions.SecretReveal, environment, Errors.NotFound("secret"))
            : await RevealAsync(caller, secret.Id, version);
    }
}
