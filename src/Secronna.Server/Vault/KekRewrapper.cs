using Secronna.Crypto;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Puts the data keys of a retiring KEK under the project's active one, batch after batch, and destroys it at the end (S9).
/// What is left to do stands in the rows, so that it goes on wherever it was broken off (S10). The next batch is read and
/// re-wrapped while the one before is written.
/// </summary>
internal sealed class KekRewrapper(
    Database database, KekLeases leases, KekRotation rotation, NodeIdentity node, TimeProvider time, ILogger<KekRewrapper> log)
{
    // What the writer does at a time, and what is read at a time.
    private const int BatchSize = 500;
    private const int PageSize = 8 * BatchSize;
    private const int MostLeft = 5_000;

    // Who holds the work says so again before a third of this has passed; if it ends, another goes on then.
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(15);

    /// <summary>Does all there is to do, if no other node does.</summary>
    /// <returns>Whether the KEK is gone, or another node is at it: false where data keys are left that don't unwrap, or that go with what was deleted.</returns>
    public async Task<bool> RunAsync(KekRow old, CancellationToken cancellation)
    {
        if (!await TakeAsync(old))
        {
            return true;
        }

        try
        {
            return await RunHeldAsync(old, cancellation);
        }
        finally
        {
            await database.WriteAsync((old.Id, node.Id), static (transaction, it) =>
                KekRetirement.ReleaseWorkAsync(transaction, it.Item1, it.Item2));
        }
    }

    private async Task<bool> RunHeldAsync(KekRow old, CancellationToken cancellation)
    {
        using var kek = await LeaseAsync(old);
        if (kek is null)
        {
            return false;
        }

        var batch = new DataKeyBatch(old, kek);
        if (!await RewrapAllAsync(batch, old, cancellation))
        {
            return true;
        }

        if (batch.Broken > 0)
        {
            VaultLog.DataKeysBroken(log, batch.Broken, old.Id, old.ProjectId);
        }

        if (batch.Left > 0)
        {
            return false;
        }

        // What everything is under now must open as it is stored, before what it was under goes.
        if (await FindActiveAsync(old) is { } active && !await leases.IsStoredWholeAsync(active))
        {
            VaultLog.KekBroken(log, active.Id, active.ProjectId);
            return false;
        }

        if (await rotation.DestroyAsync(old))
        {
            VaultLog.KekRotated(log, old.Id, old.ProjectId, batch.Done);
        }

        return true;
    }

    /// <summary>Until nothing is left, but for what stays; false when it is another's to go on, or nobody's.</summary>
    private async Task<bool> RewrapAllAsync(DataKeyBatch batch, KekRow old, CancellationToken cancellation)
    {
        var taken = time.GetTimestamp();
        var writing = Task.CompletedTask;
        while (await ReadPageAsync(batch, old) is var page && (page.Count > 0 || batch.IsWriting))
        {
            foreach (var rows in page.Chunk(BatchSize))
            {
                if (time.GetElapsedTime(taken) > Hold / 3)
                {
                    taken = time.GetTimestamp();
                    if (!await TakeAsync(old))
                    {
                        await writing;
                        return false;
                    }
                }

                var next = cancellation.IsCancellationRequested ? null : await RewrapAsync(batch, old, rows);
                await writing;
                if (next is null)
                {
                    return false;
                }

                batch.Written(rows);
                writing = WriteAsync(old, next.Value.KekId, next.Value.Keys);
            }

            if (page.Count == 0)
            {
                await writing;
                batch.Written([]);
            }
        }

        return true;
    }

    private async ValueTask<List<DataKeyRow>> ReadPageAsync(DataKeyBatch batch, KekRow old) => batch.Left > MostLeft
        ? []
        : batch.Without(await database.ReadAsync((old.Id, batch.Excluded + PageSize), static (session, it) =>
            DataKeyTable.ListUnderAsync(session, it.Id, it.Item2)));

    /// <summary>Re-wraps for the project's active KEK; null when the project is gone, and with it all there was to do.</summary>
    private async Task<(string KekId, List<RewrappedDataKey> Keys)?> RewrapAsync(DataKeyBatch batch, KekRow old, DataKeyRow[] rows)
    {
        var caller = Caller.Server(old.WorkspaceId);
        while (await FindActiveAsync(old) is { } active)
        {
            if (!await rotation.ReserveAsync(caller, active, rows.Length))
            {
                continue;
            }

            using var kek = await leases.LeaseAsync(active.Id);
            if (kek is not null)
            {
                return (active.Id, batch.Rewrap(kek, rows));
            }
        }

        return null;
    }

    // The KEK may have been replaced meanwhile: then the rows stay as they were, and are read again.
    private async Task WriteAsync(KekRow old, string kekId, List<RewrappedDataKey> keys) =>
        await database.WriteAsync((old.Id, kekId, keys), static async (transaction, it) =>
            await KekRotation.LockAsync(transaction, it.kekId, 0)
                ? await DataKeyTable.RewrapAsync(transaction, it.Id, it.kekId, it.keys)
                : 0, weight: keys.Count);

    private ValueTask<KekRow?> FindActiveAsync(KekRow old) =>
        database.ReadAsync(old.ProjectId, static (session, id) => KekTable.FindActiveAsync(session, id));

    private Task<bool> TakeAsync(KekRow old) => database.WriteAsync((old.Id, node.Id), static (transaction, it) =>
        KekRetirement.TakeWorkAsync(transaction, it.Item1, it.Item2, Hold));

    private async ValueTask<LeasedKek?> LeaseAsync(KekRow old)
    {
        try
        {
            return await leases.LeaseAsync(old.Id);
        }
        catch (Exception exception) when (exception is DecryptionException or FormatException)
        {
            VaultLog.KekBroken(log, old.Id, old.ProjectId);
            return null;
        }
    }
}
