using Secronna.Protocol;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage;

namespace Secronna.Server.Features.Health;

/// <summary>
/// Tries in the background what readiness means: the database answers, the master key unwraps, and a write, such as an
/// audit entry's, becomes durable. A health check gives its last finding and does no work.
/// </summary>
internal sealed class HealthProbe(
    Database database, InstallationSetup setup, TimeProvider time, ILogger<HealthProbe> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private volatile bool isReady;
    private bool wasReported;

    public bool IsReady => isReady;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                await TryAsync();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            isReady = false;
        }
    }

    private async Task TryAsync()
    {
        try
        {
            await ProbeAsync().WaitAsync(Patience, time);
            isReady = true;
            if (wasReported)
            {
                wasReported = false;
                Log.ReadyAgain(log);
            }
        }
        catch (Exception exception)
        {
            isReady = false;
            if (!wasReported)
            {
                wasReported = true;
                Log.NotReady(log, Log.Reason(exception));
            }
        }
    }

    private async Task ProbeAsync()
    {
        await setup.CheckAsync(database);
        await database.WriteAsync(0, static (transaction, _) => Installations.ProbeAsync(transaction));
    }
}
