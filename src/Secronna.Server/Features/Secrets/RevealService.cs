using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Secrets;

/// <summary>
/// Reveals one value. It authorises, reads the sealed version, records the reveal durably, and only then opens it (S16–S18).
/// </summary>
internal sealed class RevealService(
    Database database, SecretOpener opener, Authorization authorization, RateLimits rates, TimeProvider time)
{
    private const int MaxQuickBytes = 4_096;

    /// <summary>Reveals a version of a secret. The caller disposes the value.</summary>
    /// <param name="caller">Who reveals.</param>
    /// <param name="secretId">The secret.</param>
    /// <param name="version">The version's number; <c>null</c> is the current version.</param>
    /// <exception cref="RequestException">
    /// RATE_LIMITED, NOT_FOUND, VALIDATION_ERROR (the environment requires a reason) or INTEGRITY_ERROR; each is recorded.
    /// </exception>
    public async Task<RevealedValue> RevealAsync(Caller caller, string secretId, int? version)
    {
        await authorization.DemandAsync(caller, Operations.RevealSecret);
        if (rates.TakeReveals(caller, 1) is { } limited)
        {
            throw await authorization.RefusedAsync(caller, Operations.RevealSecret, null, limited, secretId);
        }

        var (row, secret) = await database.RecordAsync((time, caller, secretId, version), static async (session, audit, state) =>
        {
            if (await FindAsync(session, state.caller, state.secretId, state.version) is not { } row)
            {
                return (null, await SecretTable.FindAsync(session, state.caller.WorkspaceId, state.secretId));
            }

            if (!LacksReason(state.caller, row))
            {
                audit.Append(AuditRecord.OfVersion(state.caller, state.time, Operations.RevealSecret, row.Secret, row.Version));
            }

            return ((SealedVersionRow?)row, (SecretRow?)row.Secret);
        }, isQuick: static (state, found) => found.Item1 is { } row && IsQuick(state.caller, row));
        if (row is null)
        {
            var isVisible = secret.VisibleTo(caller, GrantActions.Reveal) is not null;
            throw await authorization.SecretNotFoundAsync(caller, Operations.RevealSecret, secret, secretId, isVisible);
        }

        if (LacksReason(caller, row))
        {
            throw await authorization.RefusedAsync(caller, Operations.RevealSecret, null, Errors.ReasonRequired(), secretId);
        }

        ServerMetrics.Revealed(1);
        return await opener.OpenAsync(caller, row);
    }

    /// <summary>Reveals a version of the secret with this path: <c>project/environment/KEY</c>.</summary>
    public async Task<RevealedValue> RevealPathAsync(Caller caller, string path, int? version)
    {
        if (path.Split('/') is not [var project, var slug, var key])
        {
            throw await authorization.NotFoundAsync(caller, Operations.RevealSecret, "secret", path);
        }

        caller = caller.AimedAt(TargetReference.SecretOfPath(project, slug, key));
        await authorization.DemandAsync(caller, Operations.RevealSecret);
        var (secret, environment) = await database.ReadAsync((caller, project, slug, key), static async (session, state) =>
            (await SecretTable.FindByPathAsync(session, state.caller.WorkspaceId, state.project, state.slug, state.key))
                .VisibleTo(state.caller, GrantActions.Reveal) is { } secret
                ? ((SecretRow?)secret, (EnvironmentRow?)null)
                : (null, await EnvironmentTable.FindBySlugAsync(session, state.caller.WorkspaceId, state.project, state.slug)),
            caller.Aborted);
        return secret is null
            ? throw await authorization.RefusedAsync(
                caller, Operations.RevealSecret, environment, caller.RefusalOn(GrantActions.Reveal, environment, key), path)
            : await RevealAsync(caller, secret.Id, version);
    }

    // A refusal reads what it refuses, and a large value takes long to open and to send.
    private static bool IsQuick(Caller caller, SealedVersionRow row) =>
        caller.Origin.HasOwnConnection && row.Ciphertext.Length <= MaxQuickBytes && !LacksReason(caller, row);

    // Only a caller who may reveal the secret gets here, so it alone learns that the environment requires a reason (S23).
    private static bool LacksReason(Caller caller, SealedVersionRow row) => row.RequiresReason && caller.Origin.Reason is null;

    // For a caller with grants the secret is checked first. A refusal outside the grants must take no longer than a refusal for a
    // secret that does not exist (S23).
    private static async ValueTask<SealedVersionRow?> FindAsync(Session session, Caller caller, string secretId, int? version) =>
        caller.Grants.IsEverything
        || (await SecretTable.FindAsync(session, caller.WorkspaceId, secretId)).VisibleTo(caller, GrantActions.Reveal) is not null
            ? await VersionTable.FindSealedAsync(session, caller.WorkspaceId, secretId, version)
            : null;
}
