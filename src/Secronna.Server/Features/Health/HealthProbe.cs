using Secronna.Server.Vault;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Health;

/// <summary>
/// Tries in the background what readiness means: the database answers, the master key unwraps, and a write, such as an
/// audit entry's, becomes durable. The write says to others that this node runs, and which master keys it can use. A health
/// check gives its last finding and does no work.
/// </summary>
internal sealed class HealthProbe(
    Database database, MasterKeyWatch masterKeys, NodeIdentity node, TimeProvider time, ILogger<HealthProbe> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private volatile string? problem = "not ready: the server is starting";
    private bool wasReported;

    /// <summary>Why it is not ready, for anyone who asks; null when it is.</summary>
    public string? Problem => problem;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await database.WriteAsync(node.Id, static (transaction, id) => NodeTable.RemoveAsync(transaction, id)).WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception exception)
        {
            VaultLog.LeavingNotNoted(log, FailureReason.Of(exception));
        }
    }

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
            problem = "not ready: the server stops";
        }
    }

    private async Task TryAsync()
    {
        try
        {
            await ProbeAsync().WaitAsync(Patience, time);
            problem = null;
            if (wasReported)
            {
                wasReported = false;
                HealthLog.ReadyAgain(log);
            }
        }
        catch (Exception exception)
        {
            problem = exception is MasterKeyMissingException missing
                ? $"not ready: master key {missing.KeyId} is missing; the server's log says more"
                : "not ready: the server's log says why";
            if (!wasReported)
            {
                wasReported = true;
                HealthLog.NotReady(log, FailureReason.Of(exception));
            }
        }
    }

    // A node that lacks a key runs all the same, and says so: whoever rotates must hear of it.
    private async Task ProbeAsync()
    {
        var lack = await masterKeys.LookAsync();
        await database.WriteAsync((node, masterKeys.UsableIds), static async (transaction, it) =>
            await InstallationTable.ProbeAsync(transaction)
            && await NodeTable.ReportAsync(transaction, it.node.Id, it.node.Name, it.UsableIds));
        if (lack is not null)
        {
            throw lack;
        }
    }
}
