using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

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
        await authorization.DemandAsync(caller, Operations.RevealSecret);
        if (rates.TakeReveals(caller, 1) is { } limited)
        {
            throw await authorization.RefusedAsync(caller, Operations.RevealSecret, null, limited, secretId);
        }

        var (row, secret) = await database.RecordAsync((time, caller, secretId, version), static async (session, audit, it) =>
        {
            if (await FindAsync(session, it.caller, it.secretId, it.version) is not { } row)
            {
                return (null, await SecretTable.FindAsync(session, it.caller.WorkspaceId, it.secretId));
            }

            audit.Append(AuditRecord.OfVersion(it.caller, it.time, AuditActions.SecretReveal, row.Secret, row.Version));
            return ((SealedVersionRow?)row, (SecretRow?)row.Secret);
        });
        if (row is null)
        {
            var isVisible = secret.VisibleTo(caller, GrantActions.Reveal) is not null;
            throw await authorization.SecretNotFoundAsync(caller, Operations.RevealSecret, secret, secretId, isVisible);
        }

        ServerMetrics.Revealed(1);
        return await opener.OpenAsync(caller, row);
    }

    /// <summary>The same, found by its path of slugs and key.</summary>
    public async Task<RevealedValue> RevealPathAsync(Caller caller, string path, int? version)
    {
        await authorization.DemandAsync(caller, Operations.RevealSecret);
        var (secret, environment) = path.Split('/') is [var project, var slug, var key]
            ? await database.ReadAsync((caller, project, slug, key), static async (session, it) =>
                (await SecretTable.FindByPathAsync(session, it.caller.WorkspaceId, it.project, it.slug, it.key))
                    .VisibleTo(it.caller, GrantActions.Reveal) is { } secret
                    ? ((SecretRow?)secret, (EnvironmentRow?)null)
                    : (null, await EnvironmentTable.FindBySlugAsync(session, it.caller.WorkspaceId, it.project, it.slug)))
            : (null, null);
        return secret is null
            ? throw await authorization.RefusedAsync(caller, Operations.RevealSecret, environment, Errors.NotFound("secret"), path)
            : await RevealAsync(caller, secret.Id, version);
    }

    // With grants the secret is looked at first: what is not granted must cost no more than what is not there.
    private static async ValueTask<SealedVersionRow?> FindAsync(Session session, Caller caller, string secretId, int? version) =>
        caller.Grants.IsEverything
        || (await SecretTable.FindAsync(session, caller.WorkspaceId, secretId)).VisibleTo(caller, GrantActions.Reveal) is not null
            ? await VersionTable.FindSealedAsync(session, caller.WorkspaceId, secretId, version)
            : null;
}
