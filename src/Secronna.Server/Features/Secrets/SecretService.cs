using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Secrets;

/// <summary>Lists, finds, writes and deletes secrets. It reveals no values.</summary>
internal sealed class SecretService(
    Database database, SecretWriter writer, Authorization authorization, Purger purger, TimeProvider time)
{
    /// <summary>
    /// Lists an environment's secrets, either now or at an instant. The list of an instant includes secrets that were deleted
    /// after the instant (S14).
    /// </summary>
    public async Task<Page<SecretSummary>> ListAsync(Caller caller, string environmentId, Instant? at, PageRequest page)
    {
        Authorization.Demand(caller, Operations.ListSecrets);
        await EnvironmentInstant.SettleAsync(database, caller, EnvironmentReference.OfId(environmentId), at, GrantActions.Any);
        // The past is read by several statements, which must see the same state.
        var rows = at is null
            ? await database.ReadAsync(session => ListAsync(session, caller, environmentId, at, page), caller.Aborted)
            : await database.ReadSnapshotAsync(
                (caller, environmentId, at, page),
                static (session, state) => ListAsync(session, state.caller, state.environmentId, state.at, state.page), caller.Aborted);
        return Page<SecretSummary>.From(rows, page, row => new SecretSummary(
            row.Id, row.Key, row.CurrentVersion, new Instant(row.CreatedAt), new Instant(row.UpdatedAt)), row => row.Key);
    }

    public async Task<SecretResponse> GetAsync(Caller caller, string id)
    {
        Authorization.Demand(caller, Operations.GetSecret);
        var row = await database.ReadAsync(session =>
            SecretTable.FindAsync(session, caller.WorkspaceId, id), caller.Aborted);
        return Convert(row.VisibleTo(caller, GrantActions.List) ?? throw caller.RefusalOn(GrantActions.List, row));
    }

    public async Task<SecretResponse> GetByPathAsync(Caller caller, string projectSlug, string environmentSlug, string key)
    {
        Authorization.Demand(caller, Operations.GetSecret);
        var (row, environment) = await database.ReadAsync(async session => (
            await SecretTable.FindByPathAsync(session, caller.WorkspaceId, projectSlug, environmentSlug, key),
            await EnvironmentTable.FindBySlugAsync(session, caller.WorkspaceId, projectSlug, environmentSlug)), caller.Aborted);
        return Convert(row.VisibleTo(caller, GrantActions.List) ?? throw caller.RefusalOn(GrantActions.List, environment, key));
    }

    public async Task<Page<VersionResponse>> ListVersionsAsync(Caller caller, string id, PageRequest page)
    {
        Authorization.Demand(caller, Operations.ListVersions);
        // List and hashes are read by several statements, which must see the same state.
        return await database.ReadSnapshotAsync((caller, id, page), static async (session, state) =>
            await SecretTable.FindAsync(session, state.caller.WorkspaceId, state.id) is var secret
                && secret.VisibleTo(state.caller, GrantActions.List) is null
                ? throw state.caller.RefusalOn(GrantActions.List, secret)
                : await VersionPage.ReadAsync(
                    session, state.id, state.page, withHashes: Authorization.Allows(state.caller, Operations.ReadAuditTrail)), caller.Aborted);
    }

    /// <summary>
    /// Destroys the data key and ciphertext of every version, and leaves a tombstone (S15). When it returns, the tables hold
    /// nothing of the versions. The pages of SQLite's log are overwritten as soon as no reader uses them.
    /// </summary>
    public async Task<DeletedResponse> DeleteAsync(Caller caller, string id)
    {
        await authorization.DemandAsync(caller, Operations.DeleteSecret);
        var (found, change) = await database.WriteAsync(async transaction =>
        {
            // The secret is read again under the environment's lock. While the lock is held, no other transaction can write or
            // delete the secret.
            var found = await SecretTable.FindAsync(transaction, caller.WorkspaceId, id);
            if (found.VisibleTo(caller, GrantActions.Delete) is not { EnvironmentId: var environmentId }
                || await EnvironmentInstant.TakeAsync(transaction, caller, environmentId) is not { } change
                || await SecretTable.FindAsync(transaction, caller.WorkspaceId, id) is not { } secret)
            {
                return (found, (EnvironmentChange?)null);
            }

            await SecretTable.MarkDeletedAsync(transaction, environmentId, [id], caller.ActorId, change.Instant);
            await Purge.DestroyVersionsAsync(transaction, [id], 0);
            transaction.Audit.Append(AuditRecord.OfVersion(
                caller, time, Operations.DeleteSecret, secret, secret.CurrentVersion), change.Instant);
            return (found, change);
        }, weight: Purge.SliceVersions);
        if (change is null)
        {
            throw await authorization.SecretNotFoundAsync(caller, Operations.DeleteSecret, found, id);
        }

        await purger.DestroyAsync([id]);
        await EnvironmentInstant.PassAsync(database, time, change);
        return new DeletedResponse(id, true);
    }

    /// <summary>Writes values as the next versions of their keys (S12): all of them, or none.</summary>
    /// <returns>The versions, in the order of the writes.</returns>
    public async Task<IReadOnlyList<WrittenResponse>> WriteAsync(
        Caller caller, string environmentId, IReadOnlyList<ValueToWrite> writes, Idempotency? idempotency)
    {
        caller = caller.AimedAt(
            TargetReference.Keys(TargetReference.Environment(environmentId), [.. writes.Select(write => write.Key)]));
        await authorization.DemandAsync(caller, Operations.WriteSecrets);
        return await authorization.RecordRefusalsAsync(
            caller, Operations.WriteSecrets, environmentId,
            () => writer.WriteAsync(caller, environmentId, writes, idempotency));
    }

    /// <summary>Writes one value as the next version of its key (S12).</summary>
    public async Task<WrittenResponse> WriteAsync(
        Caller caller, string environmentId, string key, PinnedBuffer value, string? comment)
    {
        using var write = new ValueToWrite(key, value, null, comment);
        return (await WriteAsync(caller, environmentId, [write], null))[0];
    }

    private static async ValueTask<List<SecretRow>> ListAsync(
        Session session, Caller caller, string environmentId, Instant? at, PageRequest page) =>
        (await EnvironmentTable.FindAsync(session, caller.WorkspaceId, environmentId)).VisibleTo(caller) is { } environment
            ? await GrantedLists.SecretsAsync(session, caller, GrantActions.List, environment, page.After ?? "", page.Limit + 1, at)
            : throw Errors.NotFound("environment");

    private static SecretResponse Convert(SecretRow row) =>
        new(row.Id, row.Key, row.CurrentVersion, new Instant(row.CreatedAt), new Instant(row.UpdatedAt),
            row.ProjectId, row.EnvironmentId, row.Path);
}
