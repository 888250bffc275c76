using Secronna.Crypto;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Opens sealed values. No other class decrypts a value for an operation of the server. If a value will be returned or compared,
/// its audit entry must be durable before the value is opened (S18).
/// </summary>
internal sealed class SecretOpener(
    Database database, KekLeases keks, TimeProvider time, ILogger<SecretOpener> log)
{
    /// <summary>Opens a value, which the calling code must dispose.</summary>
    /// <param name="caller">The caller of the operation.</param>
    /// <param name="row">The sealed version.</param>
    /// <param name="action">The audit action of the operation.</param>
    /// <exception cref="RequestException">
    /// INTEGRITY_ERROR: the value does not open (S6). NOT_FOUND: it was deleted meanwhile. Both are recorded.
    /// </exception>
    /// <exception cref="MasterKeyException">The KEK can't be unwrapped now. This is recorded.</exception>
    public async ValueTask<RevealedValue> OpenAsync(
        Caller caller, SealedVersionRow row, string action = AuditActions.SecretReveal) =>
        await TryOpenAsync(caller, row, action) ?? throw Errors.NotFound("secret");

    /// <summary>Opens one of many values.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    /// <returns>The value; <c>null</c> if it was deleted meanwhile, which is recorded.</returns>
    public async ValueTask<RevealedValue?> TryOpenAsync(
        Caller caller, SealedVersionRow row, string action = AuditActions.SecretReveal)
    {
        try
        {
            using var kek = await keks.LeaseAsync(row.KekId);
            if (kek is not null)
            {
                return new RevealedValue(row.Secret, row.Version, Open(caller, kek, row));
            }

            if (await OpenRewrappedAsync(caller, row) is { } value)
            {
                return value;
            }
        }
        catch (Exception exception) when (exception is DecryptionException or FormatException)
        {
            // All reasons get the same answer (S6).
        }
        catch (MasterKeyException)
        {
            await database.AppendAsync(Failure(caller, row, action));
            throw;
        }

        if (!await RecordFailureAsync(caller, row, action))
        {
            throw Errors.Integrity();
        }

        // A row that names another workspace was not deleted: for this caller it never existed.
        return row.Secret.WorkspaceId == caller.WorkspaceId ? null : throw Errors.NotFound("secret");
    }

    // The KEK was destroyed after the row was read, so by now the data key is under another KEK, or deleted (S9). The row is read
    // again without a second audit entry, since the reveal is on record. Another round of the loop is needed only if a whole
    // rotation of the project ends while the KEK is being unwrapped.
    private async ValueTask<RevealedValue?> OpenRewrappedAsync(Caller caller, SealedVersionRow row)
    {
        var previous = row;
        while (await FindAgainAsync(caller, row) is { } again && again.KekId != previous.KekId)
        {
            using var kek = await keks.LeaseAsync(again.KekId);
            if (kek is not null)
            {
                return new RevealedValue(again.Secret, again.Version, Open(caller, kek, again));
            }

            previous = again;
        }

        return null;
    }

    private ValueTask<SealedVersionRow?> FindAgainAsync(Caller caller, SealedVersionRow row) =>
        database.ReadAsync((caller.WorkspaceId, row), static (session, state) =>
            VersionTable.FindSealedAsync(session, state.WorkspaceId, state.row.Secret.Id, state.row.Version));

    // A tag that is not the ciphertext's was changed, so that a changed value would keep its environment's revision.
    // The binding has the caller's workspace, not the workspace that the row names, so a row that was moved to another workspace
    // doesn't open.
    private static PinnedBuffer Open(Caller caller, LeasedKek kek, SealedVersionRow row)
    {
        if (!row.HasOwnTag)
        {
            throw new DecryptionException();
        }

        var secret = row.Secret;
        var binding = new VersionBinding(
            caller.WorkspaceId, secret.ProjectId, secret.EnvironmentId, secret.Id, secret.Key, row.Version);
        return Envelope.Open(kek.Key, kek.Id, kek.Name, binding, row.WrappedDataKey, row.Ciphertext);
    }

    // Records that the value could not be opened. True if the reason is that the value was deleted.
    private async Task<bool> RecordFailureAsync(Caller caller, SealedVersionRow row, string action)
    {
        var entry = Failure(caller, row, action);
        var exists = await database.RecordAsync((caller.WorkspaceId, row, entry), static async (session, audit, state) =>
        {
            audit.Append(state.entry);
            return await VersionTable.FindSealedAsync(
                session, state.WorkspaceId, state.row.Secret.Id, state.row.Version) is not null;
        });
        if (exists)
        {
            VaultLog.IntegrityFailed(log, row.Secret.Id, row.Version, caller.Origin.RequestId);
        }

        return !exists;
    }

    private TrailEntry Failure(Caller caller, SealedVersionRow row, string action) => AuditRecord.OfVersion(
        caller, time, action, row.Secret, row.Version, AuditOutcomes.Failed);
}
