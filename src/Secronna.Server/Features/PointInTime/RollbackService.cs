using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Secrets;
using Secronna.Storage;

namespace Secronna.Server.Features.PointInTime;

/// <summary>Gives a secret an earlier value of its own again. The value is sealed anew and never leaves the server.</summary>
internal sealed class RollbackService(Database database, SecretOpener opener, SecretWriter writer, Authorization authorization)
{
    /// <summary>
    /// Mints a version with the value of another (S14). It takes the right to write and the right to reveal: what one may
    /// not read, one may not bring back either.
    /// </summary>
    public async Task<WrittenResponse> RollBackAsync(
        Caller caller, string secretId, int version, string? comment, Idempotency? idempotency)
    {
        await authorization.DemandAsync(caller, Permission.Write, AuditActions.SecretRollback);
        var (secret, row) = await database.ReadAsync((caller, secretId, version), static async (session, it) =>
        {
            var secret = await Storage.Secrets.FindAsync(session, it.caller.WorkspaceId, it.secretId);
            var row = secret.VisibleTo(it.caller, GrantActions.Write).VisibleTo(it.caller, GrantActions.Reveal) is null
                ? null
                : await Versions.FindSealedAsync(session, it.caller.WorkspaceId, it.secretId, it.version);
            return (secret, row);
        });
        if (row is null)
        {
            throw await authorization.SecretNotFoundAsync(caller, AuditActions.SecretRollback, secret, secretId);
        }

        using var opened = await opener.OpenAsync(caller, row, AuditActions.SecretRollback);
        return await writer.RollBackAsync(caller, row.Secret, opened.Value, comment, idempotency);
    }
}
