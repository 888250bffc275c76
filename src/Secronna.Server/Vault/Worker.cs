namespace Secronna.Server.Vault;

/// <summary>
/// Does work in the background that stands in the database: when woken, and every so often, for what was left by a restart
/// or by a node that is gone. What breaks is tried again later, sooner than it takes the server down.
/// </summary>
internal abstract class Worker(TimeSpan lookEvery, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim wake = new(1);

    protected TimeProvider Time => time;

    /// <summary>There is something to do.</summary>
    public void Wake() => wake.Release();

    /// <inheritdoc/>
    public override void Dispose()
    {
        wake.Dispose();
        base.Dispose();
    }

    /// <summary>Does what there is to do.</summary>
    protected abstract Task WorkAsync(bool wasWoken, CancellationToken cancellation);

    /// <summary>Says that it broke, and will be tried again.</summary>
    protected abstract void Delayed(Exception exception);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var wasWoken = await wake.WaitAsync(lookEvery, stoppingToken);
                await WorkAsync(wasWoken, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Delayed(exception);
                wake.Release();
                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
