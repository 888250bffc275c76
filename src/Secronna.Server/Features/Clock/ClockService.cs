using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Clock;

/// <summary>Confirms the clock that gives instants. Only the operator does so.</summary>
internal static class ClockService
{
    /// <summary>
    /// Confirms what the clock shows now, on record. Servers look for it every second; each believes it only if its own reading
    /// is less than 5 minutes from it.
    /// </summary>
    /// <returns>The confirmed reading, and the instant of the newest entry before this one.</returns>
    public static Task<ClockAcceptance> AcceptAsync(Caller caller, Database database, TimeProvider time) =>
        database.WriteAsync(async transaction =>
        {
            var accepted = await ClockTable.AcceptAsync(transaction);
            transaction.Audit.Append(AuditRecord.Of(caller, time, AuditActions.ClockAccept) with
            {
                Details = AuditDetails.OfClock(accepted.Newest == 0 ? null : new Instant(accepted.Newest), new Instant(accepted.At)),
            });
            return accepted;
        });
}
