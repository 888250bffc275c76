using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>KEKs to seal new versions under: each wrap is counted before it is made (S7).</summary>
internal sealed class KekReservations(Database database, KekRotation keks, KekLeases leases)
{
    /// <summary>A KEK for so many wraps; null when it can't be used any more: then there is another, or soon will be.</summary>
    /// <param name="caller">Who writes.</param>
    /// <param name="kek">The project's active KEK, as it was read.</param>
    /// <param name="wraps">How many.</param>
    /// <param name="failed">What is recorded when it can't be unwrapped.</param>
    /// <exception cref="RequestException">INTEGRITY_ERROR: what is stored of it is not what was wrapped; recorded.</exception>
    /// <exception cref="MasterKeyException">Its master key is not here, or does not answer; recorded.</exception>
    public async ValueTask<LeasedKek?> LeaseAsync(Caller caller, KekRow kek, int wraps, Func<IEnumerable<AuditEntry>> failed)
    {
        try
        {
            return await keks.ReserveAsync(caller, kek, wraps) ? await leases.LeaseAsync(kek.Id) : null;
        }
        catch (Exception exception) when (exception
            is DecryptionException or FormatException or MasterKeyException or RequestException { Code: ErrorCodes.Unavailable })
        {
            await database.AppendAsync([.. failed().Select(entry => entry with { Outcome = AuditOutcomes.Failed })]);
            if (exception is DecryptionException or FormatException)
            {
                throw Errors.Integrity();
            }

            throw;
        }
    }
}
