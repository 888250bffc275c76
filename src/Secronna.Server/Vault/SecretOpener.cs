using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Opens what is sealed of a version: nothing else in the server decrypts a value. Of what is given or told of, the record
/// is durable already (S18).
/// </summary>
internal sealed class SecretOpener(
    Database database, KekLeases keks, TimeProvider time, ILogger<SecretOpener> log)
{
    /// <summary>The value; the caller disposes it.</summary>
    /// <param name="caller">Who has it opened.</param>
    /// <param name="row">The version.</param>
    /// <param name="action">What for, as the audit trail names it.</param>
    /// <exception cref="RequestException">INTEGRITY_ERROR, or NOT_FOUND when it was deleted meanwhile; both recorded.</exception>
    /// <exception cref="MasterKeyException">The KEK can't be unwrapped now; recorded.</exception>
    public async ValueTask<RevealedValue> OpenAsync(Caller caller, SealedVersionRow row, string action = AuditActions.SecretReveal) =>
        await TryOpenAsync(caller, row, action) ?? throw Errors.NotFound("secret");

    /// <summary>The same for one of many: null when it was deleted meanwhile, which says nothing of the others; recorded.</summary>
    public async ValueTask<RevealedValue?> TryOpenAsync(Caller caller, SealedVersionRow row, string action = AuditActions.SecretReveal)
    {
        try
        {
            using var kek = await keks.LeaseAsync(row.KekId);
            if (kek is not null)
            {
                return new RevealedValue(row.Secret, row.Version, Open(caller, kek, row));
            }

            if (await OpenMovedAsync(caller, row) is { } value)
            {
                return value;
            }
        }
        catch (Exception exception) when (exception is DecryptionException or FormatException)
        {
            // One answer for every reason (S6).
        }
        catch (MasterKeyException)
        {
            await database.AppendAsync(Failure(caller, row, action));
            throw;
        }

        if (!await IsGoneAsync(caller, row, action))
        {
            throw Errors.Integrity();
        }

        // One that names another workspace was not deleted: it was never there for this caller.
        return row.Secret.WorkspaceId == caller.WorkspaceId ? null : throw Errors.NotFound("secret");
    }

    // The KEK was destroyed after the row was read: its data key is under another one by then, or gone (S9). The reveal is on
    // record already. Each further turn takes a whole rotation of the project while its KEK is unwrapped.
    private async ValueTask<RevealedValue?> OpenMovedAsync(Caller caller, SealedVersionRow row)
    {
        var before = row;
        while (await FindAgainAsync(caller, row) is { } again && again.KekId != before.KekId)
        {
            using var kek = await keks.LeaseAsync(again.KekId);
            if (kek is not null)
            {
                return new RevealedValue(again.Secret, again.Version, Open(caller, kek, again));
            }

            before = again;
        }

        return null;
    }

    private ValueTask<SealedVersionRow?> FindAgainAsync(Caller caller, SealedVersionRow row) =>
        database.ReadAsync((caller.WorkspaceId, row), static (session, it) =>
            VersionTable.FindSealedAsync(session, it.WorkspaceId, it.row.Secret.Id, it.row.Version));

    // Bound to the caller's workspace, not to the one that a row names: a row moved to another workspace doesn't open.
    private static PinnedBuffer Open(Caller caller, LeasedKek kek, SealedVersionRow row)
    {
        var secret = row.Secret;
        var binding = new VersionBinding(
            caller.WorkspaceId, secret.ProjectId, secret.EnvironmentId, secret.Id, row.Version);
        return Envelope.Open(kek.Key, kek.Id, kek.Name, binding, row.WrappedDataKey, row.Ciphertext);
    }

    // Records that it could not be opened, and finds out whether that is because it was deleted.
    private async Task<bool> IsGoneAsync(Caller caller, SealedVersionRow row, string action)
    {
        var entry = Failure(caller, row, action);
        var isThere = await database.RecordAsync((caller.WorkspaceId, row, entry), static async (session, audit, it) =>
        {
            audit.Append(it.entry);
            return await VersionTable.FindSealedAsync(session, it.WorkspaceId, it.row.Secret.Id, it.row.Version) is not null;
        });
        if (isThere)
        {
            VaultLog.IntegrityFailed(log, row.Secret.Id, row.Version, caller.Origin.RequestId);
        }

        return !isThere;
    }

    private AuditEntry Failure(Caller caller, SealedVersionRow row, string action) => AuditRecord.OfVersion(
        caller, time, action, row.Secret, row.Version, AuditOutcomes.Failed);
}
