using Secronna.Server.Access;
using Secronna.Server.Vault;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Health;

/// <summary>
/// Checks in the background whether the server is ready: whether it can read the database, unwrap with the master key, and make
/// a write durable, for which the clock must be believed. The write also tells other nodes that this node runs, and which master keys it can use, and tells this node
/// among how many the rates are divided. A health check returns the last result and does no work.
/// </summary>
internal sealed class HealthProbe(
    Database database, MasterKeyWatch masterKeys, NodeIdentity node, RateLimits rates, TimeProvider time, ILogger<HealthProbe> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private volatile string? problem = "not ready: the server is starting";
    private bool wasReported;

    /// <summary>Why the server is not ready; <c>null</c> when it is ready. Anyone may see the text.</summary>
    public string? Problem => problem;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await database.WriteAsync(transaction => NodeTable.RemoveAsync(transaction, node.Id))
                .WaitAsync(Timeout, time, cancellationToken);
        }
        catch (Exception exception)
        {
            VaultLog.LeavingNotNoted(log, FailureReason.Of(exception));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
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
            problem = "not ready: the server is stopping";
        }
    }

    private async Task TryAsync()
    {
        try
        {
            await ProbeAsync().WaitAsync(Timeout, time);
            problem = null;
            if (wasReported)
            {
                wasReported = false;
                HealthLog.ReadyAgain(log);
            }
        }
        catch (Exception exception)
        {
            problem = exception switch
            {
                MasterKeyMissingException missing => $"not ready: master key {missing.KeyId} is missing; the server's log says more",
                StorageUnavailableException { IsClock: true } => $"not ready: {exception.Message}",
                _ => "not ready: the server's log says why",
            };
            if (!wasReported)
            {
                wasReported = true;
                HealthLog.NotReady(log, FailureReason.Of(exception));
            }
        }
    }

    // A node writes its sign of life even if it lacks a key, because a rotation must learn which nodes lack the key.
    private async Task ProbeAsync()
    {
        var problem = await masterKeys.CheckAsync();
        rates.DivideAmong(await database.WriteAsync(async transaction =>
        {
            await InstallationTable.ProbeAsync(transaction);
            await NodeTable.ReportAsync(transaction, node.Id, node.Name, masterKeys.UsableIds);
            return await NodeTable.CountLiveAsync(transaction);
        }));
        if (problem is not null)
        {
            throw problem;
        }
    }
}
