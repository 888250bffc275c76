using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>Brings back an earlier value of a secret. The value is sealed again and never leaves the server.</summary>
internal sealed class RollbackService(
    Database database, SecretOpener opener, SecretWriter writer, Authorization authorization, RateLimits rates)
{
    /// <summary>
    /// Mints a version with the value of an earlier one (S14). The caller needs the grants to write and to reveal: whoever may
    /// not read a value may not bring it back either.
    /// </summary>
    public async Task<WrittenResponse> RollBackAsync(
        Caller caller, string secretId, int version, string? comment, Idempotency? idempotency)
    {
        await authorization.DemandAsync(caller, Operations.RollBackSecret);
        return await authorization.RecordRefusalsAsync(
            caller, Operations.RollBackSecret, secretId,
            () => RollBackGrantedAsync(caller, secretId, version, comment, idempotency));
    }

    private async Task<WrittenResponse> RollBackGrantedAsync(
        Caller caller, string secretId, int version, string? comment, Idempotency? idempotency)
    {
        var (secret, row, first) = await database.ReadAsync(session =>
            FindAsync(session, caller, secretId, version, idempotency), caller.Aborted);
        if (first is not null)
        {
            return first[0];
        }

        if (row is null)
        {
            throw await authorization.SecretNotFoundAsync(caller, Operations.RollBackSecret, secret, secretId, MayBringBack(caller, secret));
        }

        if (rates.TakeReveals(caller, 1) is { } limited)
        {
            throw await authorization.RefusedAsync(caller, Operations.RollBackSecret, null, limited, secretId);
        }

        caller = caller.Uninterrupted();
        using var opened = await opener.OpenAsync(caller, row, Operations.RollBackSecret.AuditAction!);
        return await writer.RollBackAsync(caller, row.Secret, row.Version, opened.Value, comment, idempotency);
    }

    // Returns the secret, if it exists in the workspace. If the caller may bring back its values, it also returns the version. If
    // this request repeats an earlier request, it then also returns the first answer.
    private static async ValueTask<(SecretRow? Secret, SealedVersionRow? Row, IReadOnlyList<WrittenResponse>? First)> FindAsync(
        Session session, Caller caller, string secretId, int version, Idempotency? idempotency)
    {
        var secret = await SecretTable.FindAsync(session, caller.WorkspaceId, secretId);
        if (!MayBringBack(caller, secret))
        {
            return (secret, null, null);
        }

        var first = idempotency is null ? null : await SecretWriter.FindFirstAnswerAsync(session, idempotency);
        return (secret, await VersionTable.FindSealedAsync(session, caller.WorkspaceId, secretId, version), first);
    }

    private static bool MayBringBack(Caller caller, SecretRow? secret) =>
        secret.VisibleTo(caller, GrantActions.Write).VisibleTo(caller, GrantActions.Reveal) is not null;
}
