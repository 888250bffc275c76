using Secronna.Crypto;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>Leases the KEKs that seal new versions, and first reserves the wraps for those versions (S7).</summary>
internal sealed class KekReservations(Database database, KekRotation rotation, KekLeases leases)
{
    /// <summary>Reserves wraps of a project's KEK and leases it.</summary>
    /// <param name="caller">The caller of the write.</param>
    /// <param name="kek">The project's active KEK, as it was read.</param>
    /// <param name="wraps">The number of versions to seal.</param>
    /// <param name="failureEntries">The audit entries to record, as failed, if the KEK can't be unwrapped.</param>
    /// <returns>The KEK; <c>null</c> if it can't be used any more: the calling code must read the active KEK again.</returns>
    /// <exception cref="RequestException">
    /// INTEGRITY_ERROR: the stored box of the KEK was changed (S6). UNAVAILABLE: the master key is being rotated. Both are
    /// recorded.
    /// </exception>
    /// <exception cref="MasterKeyException">
    /// The master key is missing, or its provider does not answer. This is recorded.
    /// </exception>
    public async ValueTask<LeasedKek?> LeaseAsync(
        Caller caller, KekRow kek, int wraps, Func<IEnumerable<TrailEntry>> failureEntries)
    {
        try
        {
            return await rotation.ReserveAsync(caller, kek, wraps) ? await leases.LeaseAsync(kek.Id) : null;
        }
        catch (Exception exception) when (exception
            is DecryptionException or FormatException or MasterKeyException or RequestException { Code: ErrorCodes.Unavailable })
        {
            await database.AppendAsync([.. failureEntries().Select(entry => entry with { Outcome = AuditOutcomes.Failed })]);
            if (exception is DecryptionException or FormatException)
            {
                throw Errors.Integrity();
            }

            throw;
        }
    }
}
