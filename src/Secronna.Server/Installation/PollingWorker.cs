namespace Secronna.Server.Installation;

/// <summary>
/// Does background work whose state is in the database. It works when it is woken. It also works at an interval, because a
/// restart or a stopped node may have left work undone. If the work throws, the failure is logged, the work is tried again, and
/// the server goes on, unless the failure is fatal.
/// </summary>
/// <param name="interval">The time after which the worker looks for work without being woken.</param>
/// <param name="time">The clock.</param>
internal abstract class PollingWorker(TimeSpan interval, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim wake = new(1);

    protected TimeProvider Time => time;

    /// <summary>Makes the worker look for work at once.</summary>
    public void Wake() => wake.Release();

    /// <inheritdoc/>
    public override void Dispose()
    {
        wake.Dispose();
        base.Dispose();
    }

    /// <summary>Does all the work that there is.</summary>
    /// <param name="wasWoken">Whether the worker was woken; otherwise the interval has passed.</param>
    /// <param name="cancellation">Cancelled when the server stops.</param>
    protected abstract Task WorkAsync(bool wasWoken, CancellationToken cancellation);

    /// <summary>Logs that the work failed and will be tried again.</summary>
    protected abstract void LogFailure(Exception exception);

    /// <summary>Whether a failure must end the server. The worker has logged the reason then.</summary>
    protected virtual bool IsFatal(Exception exception) => false;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var wasWoken = await wake.WaitAsync(interval, stoppingToken);
                await WorkAsync(wasWoken, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (!IsFatal(exception))
            {
                LogFailure(exception);
                wake.Release();
                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
