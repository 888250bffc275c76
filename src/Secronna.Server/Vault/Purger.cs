using Secronna.Server.Installation;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>Removes deleted data and data that is too old, in the background and slice by slice.</summary>
internal sealed class Purger(Database database, TimeProvider time, ILogger<Purger> log) : PollingWorker(Interval, time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Destroys the versions of deleted secrets (S15). When this method completes, the tables hold nothing of those versions. The
    /// pages of the database's log are erased as soon as no reader needs them. If the method fails midway, the background work
    /// does the rest.
    /// </summary>
    public async Task DestroyAsync(IReadOnlyList<string> secretIds)
    {
        try
        {
            for (var done = 0; done < secretIds.Count;)
            {
                var from = done;
                done = await database.WriteAsync(
                    transaction => Purge.DestroyVersionsAsync(transaction, secretIds, from), weight: Purge.SliceVersions);
            }
        }
        finally
        {
            Wake();
        }
    }

    protected override async Task WorkAsync(bool wasWoken, CancellationToken cancellation)
    {
        var wasAnythingDeleted = wasWoken;
        while (!cancellation.IsCancellationRequested && await database.WriteAsync(Purge.RunSliceAsync, Purge.SliceVersions))
        {
            wasAnythingDeleted = true;
        }

        while (!cancellation.IsCancellationRequested && await database.WriteAsync(
            IdempotencyKeyTable.RemoveOldAsync, IdempotencyKeyTable.SliceAnswers))
        {
        }

        if (wasAnythingDeleted)
        {
            database.EraseDeletedInBackground();
        }
    }

    protected override void LogFailure(Exception exception) => VaultLog.PurgeDelayed(log, FailureReason.Of(exception));
}
