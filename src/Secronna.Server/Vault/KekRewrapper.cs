using Secronna.Crypto;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Finishes the rotation of a KEK (S9): puts the data keys of the retiring KEK under the project's active one, then destroys the
/// retiring KEK. The rows themselves show what is left to do, so interrupted work continues where it stopped (S10).
/// </summary>
internal sealed class KekRewrapper(
    Database database, KekLeases leases, KekRotation rotation, NodeIdentity node, TimeProvider time, ILogger<KekRewrapper> log)
{
    /// <summary>Does all the work on a retiring KEK, unless another node is doing it.</summary>
    /// <returns>
    /// False if the work can't be finished now. Either data keys under the KEK are damaged or about to be deleted, or the KEK
    /// itself or its successor is damaged. True if there is nothing more for this node to do.
    /// </returns>
    public async Task<bool> RunAsync(KekRow retiring, CancellationToken cancellation)
    {
        var hold = new RetiringKekHold(database, retiring.Id, node.Id, time);
        if (!await hold.TakeAsync())
        {
            return true;
        }

        try
        {
            return await RunHeldAsync(retiring, hold, cancellation);
        }
        finally
        {
            await hold.ReleaseAsync();
        }
    }

    private async Task<bool> RunHeldAsync(KekRow retiring, RetiringKekHold hold, CancellationToken cancellation)
    {
        using var key = await LeaseAsync(retiring);
        if (key is null)
        {
            return false;
        }

        var dataKeys = new RetiringDataKeys(retiring, key);
        var rewrapper = new DataKeyRewrapper(database, leases, rotation, hold, retiring, dataKeys);
        if (!await rewrapper.RunAsync(cancellation))
        {
            return true;
        }

        if (dataKeys.DamagedCount > 0)
        {
            VaultLog.DataKeysDamaged(log, dataKeys.DamagedCount, retiring.Id, retiring.ProjectId);
        }

        return dataKeys.SkippedCount == 0 && await FinishAsync(retiring, dataKeys.RewrappedCount);
    }

    // All data keys are under the active KEK now. The stored box of the active KEK must still open before the old KEK is
    // destroyed.
    private async Task<bool> FinishAsync(KekRow retiring, long rewrappedCount)
    {
        if (await database.ReadAsync(session => KekTable.FindActiveAsync(session, retiring.ProjectId)) is { } active
            && !await leases.IsStoredIntactAsync(active))
        {
            VaultLog.KekDamaged(log, active.Id, active.ProjectId);
            return false;
        }

        if (await rotation.DestroyAsync(retiring))
        {
            VaultLog.KekRotated(log, retiring.Id, retiring.ProjectId, rewrappedCount);
        }

        return true;
    }

    private async ValueTask<LeasedKek?> LeaseAsync(KekRow retiring)
    {
        try
        {
            return await leases.LeaseAsync(retiring.Id);
        }
        catch (Exception exception) when (exception is DecryptionException or FormatException)
        {
            VaultLog.KekDamaged(log, retiring.Id, retiring.ProjectId);
            return null;
        }
    }
}
