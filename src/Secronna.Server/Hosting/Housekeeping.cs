using Secronna.Server.Access.Tokens;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Server.Vault;

namespace Secronna.Server.Hosting;

/// <summary>
/// Every second: writes the counts of repeated refusals, forgets unwrapped KEKs whose time is over, and has the identity
/// provider's keys asked for again when they are old.
/// </summary>
internal sealed class Housekeeping(
    RefusalRecorder refusals, KekLeases keks, ProviderKeys providerKeys, TimeProvider time, ILogger<Housekeeping> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await refusals.FlushAsync(all: true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TidyAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    // What breaks once is tried again at the next tick; it must not take the server down.
    private async Task TidyAsync()
    {
        try
        {
            keks.ForgetExpired();
            providerKeys.KeepFresh();
            await refusals.FlushAsync();
        }
        catch (Exception exception)
        {
            HostingLog.HousekeepingFailed(log, FailureReason.Of(exception));
        }
    }
}
