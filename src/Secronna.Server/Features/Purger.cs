using Secronna.Storage;

namespace Secronna.Server.Features;

/// <summary>Removes in the background what was deleted and what is too old, slice by slice.</summary>
internal sealed class Purger(Database database, TimeProvider time, ILogger<Purger> log) : Worker(LookEvery, time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    protected override async Task WorkAsync(bool wasWoken, CancellationToken cancellation)
    {
        var wasAnything = wasWoken;
        while (!cancellation.IsCancellationRequested
            && await database.WriteAsync(0, static (transaction, _) => Purge.SliceAsync(transaction)))
        {
            wasAnything = true;
        }

        while (!cancellation.IsCancellationRequested
            && await database.WriteAsync(0, static (transaction, _) => IdempotencyKeys.ForgetOldAsync(transaction)))
        {
        }

        if (wasAnything)
        {
            database.ForgetDeleted();
        }
    }

    protected override void Delayed(Exception exception) => Log.PurgeDelayed(log, Log.Reason(exception));
}
