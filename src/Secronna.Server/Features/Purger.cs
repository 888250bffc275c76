using Secronna.Storage;

namespace Secronna.Server.Features;

/// <summary>
/// Removes in the background what was deleted and what is too old, slice by slice, and goes on with it after a restart, or
/// with what a node that is gone has left.
/// </summary>
internal sealed class Purger(Database database, TimeProvider time, ILogger<Purger> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim wake = new(1);

    /// <summary>There is something to remove.</summary>
    public void Wake() => wake.Release();

    /// <inheritdoc/>
    public override void Dispose()
    {
        wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var wasWoken = await wake.WaitAsync(LookEvery, stoppingToken);
                await PurgeAsync(wasWoken, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Whatever it is, the server goes on without the purge sooner than the purge takes the server down.
                Log.PurgeDelayed(log, Log.Reason(exception));
                wake.Release();
                await Task.Delay(RetryAfter, time, stoppingToken);
            }
        }
    }

    private async Task PurgeAsync(bool wasWoken, CancellationToken cancellationToken)
    {
        var wasAnything = wasWoken;
        while (!cancellationToken.IsCancellationRequested
            && await database.WriteAsync(0, static (transaction, _) => Purge.SliceAsync(transaction)))
        {
            wasAnything = true;
        }

        while (!cancellationToken.IsCancellationRequested
            && await database.WriteAsync(0, static (transaction, _) => IdempotencyKeys.ForgetOldAsync(transaction)))
        {
        }

        if (wasAnything)
        {
            database.ForgetDeleted();
        }
    }
}
