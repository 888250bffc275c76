using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Secrets;

/// <summary>
/// Destroys the value of one version (S15): its data key and its ciphertext. The version's number, time, author, kind and comment
/// stay.
/// </summary>
internal sealed class VersionDestruction(Database database, Authorization authorization, Purger purger, TimeProvider time)
{
    /// <summary>
    /// Destroys a version. When it returns, the tables hold nothing of the value. The pages of SQLite's log are overwritten as soon
    /// as no reader uses them. A version that is destroyed already stays so, and nothing is recorded again.
    /// </summary>
    /// <exception cref="RequestException">
    /// NOT_FOUND, recorded: there is no such secret or version, or the caller may not delete it. CONFLICT: it is the current version.
    /// </exception>
    public async Task<DestroyedResponse> DestroyAsync(Caller caller, string secretId, int version)
    {
        await authorization.DemandAsync(caller, Operations.DestroyVersion);
        var (found, isVisible, isDestroyed, change) = await database.WriteAsync(
            transaction => RunAsync(transaction, caller, secretId, version));
        if (!isDestroyed)
        {
            throw await authorization.SecretNotFoundAsync(caller, Operations.DestroyVersion, found, secretId, isVisible);
        }

        if (change is not null)
        {
            purger.Wake();
            await EnvironmentInstant.PassAsync(database, time, change);
        }

        return new DestroyedResponse(secretId, version, true);
    }

    private async ValueTask<(SecretRow? Found, bool IsVisible, bool IsDestroyed, EnvironmentChange? Change)> RunAsync(
        Transaction transaction, Caller caller, string secretId, int version)
    {
        // The secret is read again under the environment's lock. While the lock is held, no other transaction can write, delete or
        // bring back a version of it.
        var found = await SecretTable.FindAsync(transaction, caller.WorkspaceId, secretId);
        if (found.VisibleTo(caller, GrantActions.Delete) is not { EnvironmentId: var environmentId }
            || await EnvironmentTable.LockAsync(transaction, caller.WorkspaceId, environmentId) is null
            || await SecretTable.FindAsync(transaction, caller.WorkspaceId, secretId) is not { } secret)
        {
            return (found, false, false, null);
        }

        return await VersionTable.IsDestroyedAsync(transaction, secretId, version) is not { } isDestroyed ? (found, true, false, null)
            : isDestroyed ? (found, true, true, null)
            : (found, true, true, await DestroyAsync(transaction, caller, secret, version));
    }

    private async ValueTask<EnvironmentChange?> DestroyAsync(
        Transaction transaction, Caller caller, SecretRow secret, int version)
    {
        if (version == secret.CurrentVersion)
        {
            throw Errors.CurrentVersion(version);
        }

        var change = await EnvironmentInstant.TakeAsync(transaction, caller, secret.EnvironmentId)
            ?? throw new InvalidOperationException("the environment is locked and does not exist");
        await VersionTable.DestroyAsync(transaction, secret, version, caller.ActorId, change.Instant);
        transaction.Audit.Append(AuditRecord.OfVersion(caller, time, Operations.DestroyVersion, secret, version), change.Instant);
        return change;
    }
}
