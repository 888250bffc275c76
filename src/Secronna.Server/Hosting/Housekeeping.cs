using Secronna.Server.Access;
using Secronna.Server.Access.Tokens;
using Secronna.Server.Installation;
using Secronna.Server.Vault;

namespace Secronna.Server.Hosting;

/// <summary>
/// Every second, writes the counts of repeated refusals, looks at the room on the disk, forgets expired unwrapped KEKs and
/// allowances that are full, and refreshes the identity provider's keys when they are old.
/// </summary>
internal sealed class Housekeeping(
    RefusalRecorder refusals, DiskSpace disk, RateLimits rates, KekLeases keks, ProviderKeys providerKeys, TimeProvider time,
    ILogger<Housekeeping> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await refusals.FlushAsync(all: true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await TidyAsync();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server is stopping.
        }
    }

    // A failure must not stop the server. The work is tried again at the next tick.
    private async Task TidyAsync()
    {
        try
        {
            rates.ForgetFull();
            keks.ForgetExpired();
            providerKeys.KeepFresh();
            await refusals.FlushAsync();
            await disk.LookAsync();
        }
        catch (Exception exception)
        {
            HostingLog.HousekeepingFailed(log, FailureReason.Of(exception));
        }
    }
}
