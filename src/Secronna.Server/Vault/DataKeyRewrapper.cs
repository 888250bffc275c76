using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Puts all data keys of one retiring KEK under the project's active KEK, batch by batch. The next batch is read and re-wrapped
/// while the previous batch is being written.
/// </summary>
internal sealed class DataKeyRewrapper(
    Database database, KekLeases leases, KekRotation rotation, RetiringKekHold hold, KekRow retiring, RetiringDataKeys dataKeys)
{
    private const int BatchSize = 500;
    private const int PageSize = 8 * BatchSize;

    // Each page contains the skipped rows again, so reading stops when there are too many skipped rows.
    private const int MaxSkipped = 5_000;

    private Task lastWrite = Task.CompletedTask;

    /// <summary>Works until only skipped data keys are left.</summary>
    /// <returns>
    /// False if it stopped earlier, because it was cancelled, another node has the hold, or the project is gone.
    /// </returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        while (await ReadPageAsync() is var page && (page.Count > 0 || dataKeys.IsBatchBeingWritten))
        {
            foreach (var batch in page.Chunk(BatchSize))
            {
                if (!await RewrapBatchAsync(batch, cancellation))
                {
                    return false;
                }
            }

            if (page.Count == 0)
            {
                await lastWrite;
                dataKeys.EndWriting();
            }
        }

        return true;
    }

    private async Task<bool> RewrapBatchAsync(DataKeyRow[] batch, CancellationToken cancellation)
    {
        if (!await hold.RenewAsync())
        {
            await lastWrite;
            return false;
        }

        var rewrapped = cancellation.IsCancellationRequested ? null : await RewrapAsync(batch);
        await lastWrite;
        if (rewrapped is not var (kekId, keys))
        {
            return false;
        }

        dataKeys.BeginWriting(batch);
        lastWrite = WriteAsync(kekId, keys);
        return true;
    }

    private async ValueTask<List<DataKeyRow>> ReadPageAsync()
    {
        if (dataKeys.SkippedCount > MaxSkipped)
        {
            return [];
        }

        var limit = dataKeys.ProcessedCount + PageSize;
        return dataKeys.RemoveProcessed(
            await database.ReadAsync(session => DataKeyTable.ListUnderAsync(session, retiring.Id, limit)));
    }

    // Re-wraps the batch with the project's active KEK. Null if there is no active KEK: then the project and its data keys are
    // gone.
    private async Task<(string KekId, List<RewrappedDataKey> Keys)?> RewrapAsync(DataKeyRow[] batch)
    {
        var caller = Caller.Server(retiring.WorkspaceId);
        while (await database.ReadAsync(session => KekTable.FindActiveAsync(session, retiring.ProjectId)) is { } active)
        {
            if (!await rotation.ReserveAsync(caller, active, batch.Length))
            {
                continue;
            }

            using var kek = await leases.LeaseAsync(active.Id);
            if (kek is not null)
            {
                return (active.Id, dataKeys.Rewrap(kek, batch));
            }
        }

        return null;
    }

    // If the target KEK was replaced meanwhile, nothing is written: the rows are read and re-wrapped again.
    private async Task WriteAsync(string kekId, List<RewrappedDataKey> keys) =>
        await database.WriteAsync(
            async transaction => await WrapReservations.LockAsync(transaction, kekId, 0)
                ? await DataKeyTable.RewrapAsync(transaction, retiring.Id, kekId, keys)
                : 0,
            weight: keys.Count);
}
