using Secronna.Server.Installation;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>Removes in the background what was deleted and what is too old, slice by slice.</summary>
internal sealed class Purger(Database database, TimeProvider time, ILogger<Purger> log) : Worker(LookEvery, time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Destroys the versions of tombstones (S15), and comes back when nothing of them is left in the tables; the log's pages
    /// follow as soon as readers let go of them. Should it fail midway, the rest is gone on with in the background.
    /// </summary>
    public async Task DestroyAsync(IReadOnlyList<string> secretIds)
    {
        try
        {
            for (var done = 0; done < secretIds.Count;)
            {
                done = await database.WriteAsync((secretIds, done), static (transaction, it) =>
                    Purge.DestroyVersionsAsync(transaction, it.secretIds, it.done));
            }
        }
        finally
        {
            Wake();
        }
    }

    protected override async Task WorkAsync(bool wasWoken, CancellationToken cancellation)
    {
        var wasAnything = wasWoken;
        while (!cancellation.IsCancellationRequested
            && await database.WriteAsync(0, static (transaction, _) => Purge.RunSliceAsync(transaction)))
        {
            wasAnything = true;
        }

        while (!cancellation.IsCancellationRequested
            && await database.WriteAsync(0, static (transaction, _) => IdempotencyKeyTable.RemoveOldAsync(transaction)))
        {
        }

        if (wasAnything)
        {
            database.EraseDeletedInBackground();
        }
    }

    protected override void Delayed(Exception exception) => VaultLog.PurgeDelayed(log, FailureReason.Of(exception));
}
